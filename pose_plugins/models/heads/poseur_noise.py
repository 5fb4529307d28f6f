"""Noisy reference points: queries that begin at wrong places learn to find the right one (Poseur, section 3.4)."""

import torch

from ...utils.errors import InputError


class NoisyReferences:
    """Copies of a person's reference points, some of them moved by Gaussian noise.

    Args:
        num_keypoints (int): K.
        num_groups (int): How many copies. Default: 3.
        num_points (int): How many points of a person are moved, over all copies, drawn anew each time. Default: 12.
        variance (float): Of the noise in x and in y, in units of the input's size; noise is clipped to [-1, 1] and moved
            points to [-0.7, 1.7]. Default: 0.2.

    Raises:
        InputError: If a number is out of its range.
    """

    def __init__(self, num_keypoints, num_groups=3, num_points=12, variance=0.2):
        if num_groups < 1:
            raise InputError(f'noise: num_groups={num_groups}: at least one, or noise=None to train without')
        if not 0 <= num_points <= num_groups * num_keypoints:
            raise InputError(
                f'noise: num_points={num_points}: there are {num_groups} x {num_keypoints} = '
                f'{num_groups * num_keypoints} points to move'
            )
        if not variance >= 0:
            raise InputError(f'noise: variance={variance}: must be zero or positive')
        self.num_groups, self.num_points, self.deviation = num_groups, num_points, variance**0.5

    def __call__(self, references):
        """(B, 1, K, 2) to (B, num_groups, K, 2)."""
        copies = references.repeat(1, self.num_groups, 1, 1)
        order = torch.rand(copies.shape[:3], device=copies.device).flatten(1).argsort(-1)
        moved = (order < self.num_points).view(*copies.shape[:3], 1)  # a random permutation's first num_points
        noise = (torch.randn_like(copies) * self.deviation).clamp(-1, 1)
        return torch.where(moved, (copies + noise).clamp(-0.7, 1.7), copies)
