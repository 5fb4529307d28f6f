"""Tells in one line which record a data set or a transform cannot read."""

import logging
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
from mmengine.logging import print_log

from ..utils.errors import InputError


@contextmanager
def records_explained() -> Iterator[None]:
    """Say which file or annotation a data set of MMPose's cannot read: its own error only says what it missed.

    Raises:
        InputError: Instead of an error in a data set's loading of annotations, detected boxes and pictures, and of a data set
            without any sample.
    """
    try:
        yield
    except InputError:
        raise
    except (AssertionError, IndexError, KeyError, OSError, TypeError, ValueError, cv2.error) as error:
        line = _picture_explained(error) or _record_explained(error)
        if not line:
            raise
        raise InputError(line) from error


def bad_record(results: dict, reason: str, go_on: bool, instead: str = 'skipped') -> None:
    """Say which record a transform cannot use; if it then returns None, mmengine draws another of the same data set.

    Args:
        results: Of the pipeline: ``img_path``, ``id`` and ``dataset_name``.
        reason: Why it cannot be used.
        go_on: Whether the line goes to the log, also from processes other than the first, instead of ending the training.
        instead: Says what is done with the record.

    Raises:
        InputError: Unless ``go_on``.
    """
    line = f'{results.get("img_path")}, annotation {results.get("id")} of {results.get("dataset_name")}: {reason}'
    if not go_on:
        raise InputError(line)
    print_log(f'{line}: {instead}', 'current', logging.ERROR)


def _picture_explained(error: Exception) -> str | None:
    """Picture and what is wrong, as MMPose's ``LoadImage`` says it, also from a data loader's process; None of another
    error."""
    said = re.findall(r'`([^`]+)` occurs when loading `(.+?)`', str(error))  # OpenCV's errors have several lines
    return f'{said[-1][1]}: the picture cannot be read: {" ".join(said[-1][0].split())}' if said else None


def _record_explained(error: Exception) -> str | None:
    """File, record and what is wrong, by the variables of the data set's methods that the error passed; None if it passed
    none of them."""
    passed = {frame.f_code.co_name: frame.f_locals for frame, _ in traceback.walk_tb(error.__traceback__)}
    reason = f'{error} is missing' if isinstance(error, KeyError) else f'cannot be read: {error}'
    if 'parse_data_info' in passed:
        variables = passed['parse_data_info']
        dataset = variables['self']
        number = variables.get('raw_data_info', {}).get('raw_ann_info', {}).get('id')
        place = f'{dataset.ann_file}: annotation {number}'
    elif '_load_detection_results' in passed:
        variables = passed['_load_detection_results']
        dataset = variables['self']
        if 'det' in variables:
            image = variables['det'].get('image_id')
            place = f'{dataset.bbox_file}: detection in image {image}'
            if error.args == (image,):
                reason = f'there is no such image in {dataset.ann_file}'
        else:  # the boxes are read first, the annotations next
            place = dataset.ann_file if 'local_path' in variables else dataset.bbox_file
    elif '_load_annotations' in passed:
        dataset = passed['_load_annotations']['self']
        place = dataset.ann_file
    elif 'full_init' in passed and not passed['full_init']['self'].data_list:
        dataset = passed['full_init']['self']
        place = getattr(dataset, 'bbox_file', None) or dataset.ann_file
        reason = 'has nothing that can be used'
    else:
        return None
    return f'{" ".join(f"{place}: {reason}".split())} ({type(dataset).__name__})'
