"""Measures a data pipeline, transform by transform."""

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

REST = 'records and copies'


def measure_pipeline(dataset: Any, indices: Sequence[int], repeats: int) -> dict[str, float]:
    """Measure how long samples take to be made, in this process alone.

    Args:
        dataset: With a pipeline, or several with one each and one over all.
        indices: Samples to make.
        repeats: How often, after once to warm up.

    Returns:
        Name of the transform -> milliseconds for all of these samples, the median; 'all' first, and at the end what is
        between transforms.
    """
    watched = [each for owner in _owners(dataset) for each in _watch(owner.pipeline)]
    rounds: dict[str, list[float]] = {}
    try:
        for repeat in range(repeats + 1):
            for each in watched:
                each.seconds = 0.0
            start = time.perf_counter()
            for index in indices:
                dataset[index]
            taken = {'all': time.perf_counter() - start}
            for each in watched:
                name = type(each.transform).__name__
                taken[name] = taken.get(name, 0.0) + each.seconds
            taken[REST] = 2 * taken['all'] - sum(taken.values())
            if repeat:
                for name, seconds in taken.items():
                    rounds.setdefault(name, []).append(1000 * seconds)
    finally:
        for owner in _owners(dataset):
            owner.pipeline.transforms = [each.transform for each in owner.pipeline.transforms]
    return {name: statistics.median(times) for name, times in rounds.items()}


class _Watched:
    """A transform with a watch."""

    def __init__(self, transform: Callable[[Any], Any]) -> None:
        self.transform, self.seconds = transform, 0.0

    def __call__(self, sample: Any) -> Any:
        start = time.perf_counter()
        result = self.transform(sample)
        self.seconds += time.perf_counter() - start
        return result


def _watch(pipeline: Any) -> list[_Watched]:
    pipeline.transforms = [_Watched(transform) for transform in pipeline.transforms]
    return pipeline.transforms


def _owners(dataset: Any) -> list[Any]:
    """A data set and those that it combines or repeats, as far as they have pipelines."""
    inner = list(getattr(dataset, 'datasets', ())) + ([dataset.dataset] if hasattr(dataset, 'dataset') else [])
    here = [dataset] if hasattr(dataset, 'pipeline') else []
    return here + [owner for part in inner for owner in _owners(part)]
