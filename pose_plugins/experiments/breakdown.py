"""Breaks accuracy down: by keypoint and group, by occlusion, by the size of people, by how crowded they are."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..evaluation.pck_metric import curve, grouped_keypoints
from .tested import Tested

# how much others cover a person
CROWDING = {'nobody beside': (-1.0, 0.0), 'up to a third covered': (0.0, 1 / 3), 'more covered': (1 / 3, 1.0)}

Parts = dict[str, dict[str, float]]
"""Kind of part -> name of the part -> percentage of its keypoints that are correct."""


def break_down(tested: Tested, groups: Mapping[str, Sequence[str]] | None = None) -> Parts:
    """Percentages of correct keypoints of parts of a test.

    Args:
        tested: The test.
        groups: As in ``PCKMetric``.

    Returns:
        All, by group, by joint; by occlusion where some keypoints are occluded; by size, in thirds of the people; by crowding
        where pictures show several people. Parts without keypoints are left out.
    """
    correct = tested.correct  # (N, K)
    names, people = tested.names, tested.people
    known = {group: [name for name in members if name in names] for group, members in (groups or {}).items()}
    by_group = grouped_keypoints(names, {group: members for group, members in known.items() if members})
    parts: Parts = {'all': {'all': _percent(correct)}}
    if len(by_group) < len(names):
        parts['group'] = {
            group: float(np.nanmean([_percent(correct[:, i]) for i in members])) for group, members in by_group.items()
        }
    parts['joint'] = {name: _percent(correct[:, i]) for i, name in enumerate(names)}
    occluded = np.array([person.occluded for person in people])
    if (occluded & ~np.isnan(correct)).any():
        parts['occlusion'] = {'visible': _percent(correct[~occluded]), 'occluded': _percent(correct[occluded])}
    sizes = np.array([person.size for person in people])
    if len(people) >= 3:
        first, second = np.quantile(sizes, [1 / 3, 2 / 3])
        parts['size of the person'] = {
            f'small (up to {first:.0f} pixels)': _percent(correct[sizes <= first]),
            'middle': _percent(correct[(sizes > first) & (sizes <= second)]),
            f'large (above {second:.0f} pixels)': _percent(correct[sizes > second]),
        }
    covered = np.array([person.covered for person in people])
    if len({person.picture for person in people}) < len(people):
        parts['crowding'] = {
            name: _percent(correct[(covered > low) & (covered <= high)]) for name, (low, high) in CROWDING.items()
        }
    found = {kind: {name: value for name, value in part.items() if not np.isnan(value)} for kind, part in parts.items()}
    return {kind: part for kind, part in found.items() if part}


def accuracy_curve(tested: Tested) -> tuple[np.ndarray, np.ndarray]:
    """Percentage of correct keypoints over the share of what counts as correct, 0 to 1."""
    return curve(tested.errors, 1.0)


def ranked(tested: Tested) -> np.ndarray:
    """Indices of people, the best first: by the mean error of their keypoints, each of which counts at most as five."""
    return np.argsort(np.nanmean(np.minimum(tested.errors, 5), axis=1), kind='stable')


def _percent(correct: np.ndarray) -> float:
    known = correct[~np.isnan(correct)]
    return float(100 * known.mean()) if known.size else float('nan')
