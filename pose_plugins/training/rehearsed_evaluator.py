"""A copy of an evaluator, for a rehearsal on a few images."""

from collections.abc import Callable, Iterator, Sequence
from copy import copy, deepcopy
from functools import partial
from typing import Any

from mmengine.evaluator import BaseMetric, DumpResults, Evaluator
from mmpose.evaluation.metrics import PoseTrack18Metric
from xtcocotools.coco import COCO

from ..utils.errors import NothingMeasuredError


def copied_evaluator(evaluator: Evaluator, images: set) -> Evaluator:
    """An evaluator like another, of which it changes nothing, that writes no files and knows the truth of some images.

    Args:
        evaluator: A loop's.
        images: Ids of the images.

    Returns:
        The copy; a metric of it that has nobody to measure gives nothing.

    Raises:
        TypeError, PicklingError: If it cannot be copied.
    """
    memo: dict[int, Any] = {}
    for metric in _all_metrics(evaluator.metrics):
        truth = getattr(metric, 'coco', None)
        if isinstance(truth, COCO):
            memo[id(truth)] = _excerpt(truth, images)
    copied = deepcopy(evaluator, memo)
    # one dumps all predictions, the other compares whole videos
    copied.metrics = [m for m in copied.metrics if not isinstance(m, (DumpResults, PoseTrack18Metric))]
    for metric in _all_metrics(copied.metrics):
        if hasattr(metric, 'outfile_prefix'):
            metric.outfile_prefix = None
        if hasattr(metric, 'only_images'):
            metric.only_images(images)
        metric.compute_metrics = partial(_computed, metric.compute_metrics)
    return copied


def _computed(compute: Callable[[list], dict], results: list) -> dict:
    """A metric's figures; none if there is nobody among so few whom it measures."""
    try:
        return compute(results)
    except NothingMeasuredError:
        return {}


def _all_metrics(metrics: Sequence[BaseMetric]) -> Iterator[BaseMetric]:
    """Metrics, and those inside of others, as in ``KeypointPartitionMetric``."""
    for metric in metrics:
        yield metric
        for value in vars(metric).values():
            inner = (
                value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else [value]
            )
            yield from _all_metrics([part for part in inner if isinstance(part, BaseMetric)])


def _excerpt(truth: COCO, images: set) -> COCO:
    """The annotations of some images."""
    excerpt = copy(truth)
    excerpt.dataset = dict(truth.dataset)
    for key, name in (('images', 'id'), ('annotations', 'image_id')):
        if key in truth.dataset:
            excerpt.dataset[key] = deepcopy([record for record in truth.dataset[key] if record.get(name) in images])
    excerpt.createIndex()
    return excerpt
