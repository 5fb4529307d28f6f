"""A black ellipse over the picture (information dropping, as in Poseur's published code)."""

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

from ...utils.arguments import positive


@TRANSFORMS.register_module()
class EllipseCutout(BaseTransform):
    """Blacken an ellipse at a random place of the network's input; comes after ``TopdownAffine``.

    Its centre is uniform over the picture; each of its radii is ``radius_factor * (1 + U)`` times the picture's width, U
    uniform in [0, 1).

    Required Keys: ``img``. Modified Keys: ``img``.

    Args:
        radius_factor: The least radius, as a fraction of the width.

    Raises:
        InputError: If ``radius_factor`` is not positive.
    """

    def __init__(self, radius_factor: float = 0.2) -> None:
        positive(radius_factor=radius_factor)
        self.radius_factor = radius_factor

    def transform(self, results: dict) -> dict:
        """Blacken the ellipse.

        Args:
            results: Of the pipeline.

        Returns:
            The same, with a picture of its own.
        """
        img = results['img'].copy()
        height, width = img.shape[:2]
        x, y = np.random.uniform(size=2) * (width, height)
        radius_x, radius_y = self.radius_factor * (1 + np.random.uniform(size=2)) * width
        columns, rows = np.arange(width), np.arange(height)[:, None]
        img[((columns - x) / radius_x) ** 2 + ((rows - y) / radius_y) ** 2 <= 1] = 0
        results['img'] = img
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(radius_factor={self.radius_factor})'
