"""Tells whether two methods can be told apart by their seeds."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

TOO_CLOSE = 'too close to tell'
ERRORS = ('NME', 'EPE', 'MPJPE', 'loss')  # of metrics' names: less of them is better


def less_is_better(metric: str) -> bool:
    """Whether a metric, as the evaluators name it, is an error."""
    return metric.rsplit('/')[-1].endswith(ERRORS)


@dataclass(frozen=True)
class Difference:
    """How much one method is above another, seed by seed.

    Attributes:
        first, second: Their names.
        values: Of each seed that both were trained with, the first minus the second.
        less: Whether less is better.
    """

    first: str
    second: str
    values: tuple[float, ...]
    less: bool = False

    @property
    def mean(self) -> float:
        """Over seeds."""
        return float(np.mean(self.values))

    @property
    def first_is_better(self) -> bool:
        """On the mean."""
        return (self.mean > 0) != self.less

    @property
    def told_apart(self) -> bool:
        """Whether all seeds agree on the sign, and the mean is larger than the range over seeds.

        Of two methods that are alike three seeds agree one time in four; with the range one time in ten or so.
        """
        least, largest = min(self.values), max(self.values)
        return len(self.values) > 1 and (least > 0 or largest < 0) and abs(self.mean) > largest - least

    @property
    def verdict(self) -> str:
        """Which one is better, as far as can be told."""
        if len(self.values) < 2:
            return 'one seed tells nothing'
        if not self.told_apart:
            return TOO_CLOSE
        return f'{self.first if self.first_is_better else self.second} is better'


def difference(
    first: str, second: str, results: Mapping[str, Mapping[int, float]], less: bool = False
) -> Difference | None:
    """Compare two methods.

    Args:
        first, second: Names in ``results``.
        results: Name -> seed -> figure.
        less: Whether less is better.

    Returns:
        None if they have no seed in common.
    """
    common = sorted(results.get(first, {}).keys() & results.get(second, {}).keys())
    values = tuple(results[first][s] - results[second][s] for s in common)
    return Difference(first, second, values, less) if common else None
