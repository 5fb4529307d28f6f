"""Noisy reference points: queries that begin at wrong places learn to find the right one (Poseur, section 3.4)."""

import torch
from torch import Tensor

from ...utils.arguments import at_least
from ...utils.errors import InputError


class NoisyReferences:
    """Copies of a person's reference points, some of them moved by Gaussian noise.

    Args:
        num_keypoints: K.
        num_groups: How many copies, at least 1.
        num_points: How many points of a person are moved, over all copies, drawn anew each time.
        variance: Of the noise in x and in y, in units of the input's size; noise is clipped to [-1, 1] and moved points to
            [-0.7, 1.7].

    Raises:
        InputError: If a number is out of its range.
    """

    def __init__(self, num_keypoints: int, num_groups: int = 3, num_points: int = 12, variance: float = 0.2) -> None:
        at_least(1, **{'noise: num_groups': num_groups})
        at_least(0, **{'noise: num_points': num_points, 'noise: variance': variance})
        if num_points > num_groups * num_keypoints:
            raise InputError(
                f'noise: num_points={num_points}: there are {num_groups} x {num_keypoints} = '
                f'{num_groups * num_keypoints} points to move'
            )
        self.num_groups, self.num_points, self.deviation = num_groups, num_points, variance**0.5

    def __call__(self, references: Tensor) -> Tensor:
        """(B, 1, K, 2) to (B, num_groups, K, 2)."""
        copies = references.repeat(1, self.num_groups, 1, 1)
        order = torch.rand(copies.shape[:3], device=copies.device).flatten(1).argsort(-1)
        moved = (order < self.num_points).view(*copies.shape[:3], 1)  # a random permutation's first num_points
        noise = (torch.randn_like(copies) * self.deviation).clamp(-1, 1)
        return torch.where(moved, (copies + noise).clamp(-0.7, 1.7), copies)
