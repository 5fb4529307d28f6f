"""Which keypoints a head learns in which way, and how much each weighs (AlphaPose's combined loss)."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ...utils.arguments import one_of
from ...utils.errors import InputError

SUPERVISIONS = ('heatmap', 'integral')


class KeypointGroups:
    """Groups that share out a head's keypoints.

    Args:
        groups: Of each group: ``keypoints`` (sequence of indices); ``supervision``, 'heatmap' or 'integral', which is the
            default; ``weight``, which multiplies its keypoints' weights in the loss and is 1 by default.
        num_keypoints: K.

    Attributes:
        heatmap: The keypoints that are learned as heatmaps.
        integral: Those that are learned as integrals.
        order: Puts ``integral + heatmap`` back in order.
        weights: (K,).

    Raises:
        InputError: If a keypoint is in two groups or in none, or a group says something else than the above.
    """

    heatmap: list[int]
    integral: list[int]
    order: list[int]
    weights: Tensor

    def __init__(self, groups: Sequence[dict[str, Any]], num_keypoints: int) -> None:
        owner: dict[int, int] = {}
        chosen: dict[str, list[int]] = {supervision: [] for supervision in SUPERVISIONS}
        self.weights = torch.ones(num_keypoints)
        for i, group in enumerate(groups):
            where = f'keypoint_groups[{i}]'
            unknown = ', '.join(group.keys() - {'keypoints', 'supervision', 'weight'})
            if unknown or 'keypoints' not in group:
                raise InputError(f'{where}: has keypoints, supervision and weight; got {", ".join(group)}')
            supervision, weight = group.get('supervision', 'integral'), group.get('weight', 1.0)
            one_of(SUPERVISIONS, **{f'{where}: supervision': supervision})
            if not 0 <= weight < float('inf'):
                raise InputError(f'{where}: weight={weight}: must be a number, zero or larger')
            if not isinstance(group['keypoints'], (list, tuple, range)):
                raise InputError(f'{where}: keypoints={group["keypoints"]!r}: must be a list of indices')
            for k in group['keypoints']:
                if k not in range(num_keypoints):
                    raise InputError(f'{where}: there is no keypoint {k}, they are 0 to {num_keypoints - 1}')
                if k in owner:
                    raise InputError(f'keypoint_groups: keypoint {k} is in group {owner[k]} and in group {i}')
                owner[k] = i
                chosen[supervision].append(k)
                self.weights[k] = weight
        missing = [str(k) for k in range(num_keypoints) if k not in owner]
        if missing:
            raise InputError(f'keypoint_groups: no group has keypoint {", ".join(missing)} (of {num_keypoints})')
        self.heatmap, self.integral = (sorted(chosen[supervision]) for supervision in SUPERVISIONS)
        self.order = torch.tensor(self.integral + self.heatmap, dtype=torch.long).argsort().tolist()
