"""A record that cannot be used: one line, which ends the training or goes to the log."""

import logging

from mmengine.logging import print_log

from ...errors import InputError


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
