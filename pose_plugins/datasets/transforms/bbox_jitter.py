"""Boxes as a detector gives them, for the last epochs of training (AlphaPose's published code)."""

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

from ...utils.arguments import fraction

# mean and standard deviation of how far each side lies from the true box's, as fractions of its width (left, right) or
# height (top, bottom)
SIDE_OFFSETS = np.array([(-0.0142, 0.1158), (0.0043, 0.068), (0.0154, 0.1337), (-0.0013, 0.0711)])


@TRANSFORMS.register_module()
class BBoxJitter(BaseTransform):
    """Replace a person's box by one that a detector could have given; comes before ``GetBBoxCenterScale``.

    With u uniform in [0, 1): above ``1 - window_prob`` a random window of the box, of u times its width and height; else each
    side moves by a normal fraction of the width or height. The result is kept inside of the picture, at least a pixel wide
    and high.

    A sample whose crop is placed already, as by ``PartGuidedProposal``, keeps it: ``GetBBoxCenterScale`` then ignores the
    box.

    Required Keys: ``bbox`` (n, 4), left, top, right, bottom; ``img_shape``. Modified Keys: ``bbox``.

    Args:
        window_prob: How often the box becomes a window of itself, in [0, 1].

    Raises:
        InputError: If ``window_prob`` is out of range.
    """

    def __init__(self, window_prob: float = 0.15) -> None:
        fraction(window_prob=window_prob)
        self.window_prob = window_prob

    def transform(self, results: dict) -> dict:
        """Jitter all boxes.

        Args:
            results: Of the pipeline.

        Returns:
            The same.
        """
        height, width = results['img_shape'][:2]
        boxes = [self._jitter(np.asarray(box, float)) for box in results['bbox']]
        low = np.clip(np.array(boxes)[:, :2], 0, (width - 1, height - 1))
        high = np.clip(np.array(boxes)[:, 2:], low + 1, (width, height))
        results['bbox'] = np.concatenate([low, high], axis=1).astype(np.float32)
        return results

    def _jitter(self, box: np.ndarray) -> np.ndarray:
        size = box[2:] - box[:2]
        u = np.random.uniform()
        if u > 1 - self.window_prob:
            corner = box[:2] + np.random.uniform(size=2) * (1 - u) * size
            return np.concatenate([corner, corner + u * size])
        return box + np.random.normal(SIDE_OFFSETS[:, 0], SIDE_OFFSETS[:, 1]) * np.tile(size, 2)

    def __repr__(self) -> str:
        return f'{type(self).__name__}(window_prob={self.window_prob})'
