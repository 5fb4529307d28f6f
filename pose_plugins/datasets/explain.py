"""Tells in one line what a data set or a transform cannot read."""

import logging
import re
import traceback
from contextlib import contextmanager

import cv2
from mmengine.logging import print_log

from ..utils.errors import InputError


@contextmanager
def records_explained():
    """Say which file or annotation a data set cannot read: of its own, it only says what it missed.

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


def _picture_explained(error):
    """What MMPose's ``LoadImage`` says, also from a data loader's process; None of another error."""
    said = re.findall(r'`(.+)` occurs when loading `(.+?)`', str(error))
    return f'{said[-1][1]}: the picture cannot be read: {said[-1][0]}' if said else None


def _record_explained(error):
    """File, record and what is wrong, by the data set's functions that the error passed; None of another error."""
    frames = {frame.f_code.co_name: frame.f_locals for frame, _ in traceback.walk_tb(error.__traceback__)}
    reason = f'{error} is missing' if isinstance(error, KeyError) else f'cannot be read: {error}'
    record = ''
    if 'parse_data_info' in frames:
        places = frames['parse_data_info']
        file = places['self'].ann_file
        record = f'annotation {places.get("raw_data_info", {}).get("raw_ann_info", {}).get("id")}: '
    elif '_load_detection_results' in frames:
        places = frames['_load_detection_results']
        file = places['self'].bbox_file
        if isinstance(places.get('det_results'), list) and 'det' not in places:  # the boxes are read, not gone through
            file = places['self'].ann_file
        elif 'det' in places:
            image = places['det'].get('image_id')
            record = f'detection in image {image}: '
            if error.args == (image,):
                reason = f'there is no such image in {places["self"].ann_file}'
    elif '_load_annotations' in frames:
        places = frames['_load_annotations']
        file = places['self'].ann_file
    elif 'full_init' in frames and not frames['full_init']['self'].data_list:
        places = frames['full_init']
        file = getattr(places['self'], 'bbox_file', None) or places['self'].ann_file
        reason = 'has nothing that can be used'
    else:
        return None
    line = ' '.join(f'{file}: {record}{reason}'.split())
    return f'{line} ({type(places["self"]).__name__})'


def bad_record(results, reason, go_on, instead='skipped'):
    """Tell which record is bad.

    Args:
        results (dict): Of the pipeline: ``img_path``, ``id`` and ``dataset_name``.
        reason (str): What is wrong with it.
        go_on (bool): Whether the line goes to the log, also from processes other than the first, instead of ending the
            training.
        instead (str): What is done about it. Default: 'skipped'.

    Returns:
        None: Upon which, from a transform, mmengine draws another sample of the same data set.

    Raises:
        InputError: Unless ``go_on``.
    """
    line = f'{results.get("img_path")}, annotation {results.get("id")} of {results.get("dataset_name")}: {reason}'
    if not go_on:
        raise InputError(line)
    print_log(f'{line}: {instead}', 'current', logging.ERROR)
