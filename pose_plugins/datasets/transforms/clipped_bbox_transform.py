"""Rotation and scale of boxes as the authors of HRNet, TransPose, AlphaPose and Poseur draw them (their published codes)."""

import numpy as np
from mmpose.datasets.transforms import RandomBBoxTransform
from mmpose.registry import TRANSFORMS

ROTATION_LIMIT = 2  # times the factor: where rotations are clipped


@TRANSFORMS.register_module()
class ClippedBBoxTransform(RandomBBoxTransform):
    """MMPose's ``RandomBBoxTransform`` with the distributions of the published codes.

    MMPose draws from a normal distribution that is truncated to the factor: at a factor of 45 degrees rotations have a
    standard deviation of 24 degrees. The authors draw from a whole one and clip it, rotations at twice the factor: 43
    degrees. With N a standard normal number and U one that is uniform in [-1, 1]:

    - rotation: ``clip(rotate_factor * N, -2 * rotate_factor, 2 * rotate_factor)`` degrees, with ``rotate_prob``
    - scale: ``clip(middle + half * N, *scale_factor)``, where ``scale_factor`` is ``middle - half`` and ``middle + half``
    - shift: ``shift_factor * U`` of the box, with ``shift_prob``

    Keys and arguments are those of ``RandomBBoxTransform``.
    """

    @staticmethod
    def _truncnorm(low: float = -1.0, high: float = 1.0, size: tuple = ()) -> np.ndarray:
        """Random numbers of ``size`` (n, 4), to be multiplied by the factors: of the shift in x and y, of the scale and of
        the rotation. ``low`` and ``high`` are those of scale and shift."""
        count = size[0]
        shift = np.random.uniform(low, high, (count, 2))
        scale = np.random.standard_normal((count, 1)).clip(low, high)
        rotation = np.random.standard_normal((count, 1)).clip(-ROTATION_LIMIT, ROTATION_LIMIT)
        return np.concatenate([shift, scale, rotation], 1).astype(np.float32)
