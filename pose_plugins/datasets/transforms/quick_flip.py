"""Mirrored pictures that what comes after need not copy."""

from typing import Any

import cv2
import numpy as np
from mmpose.datasets.transforms import RandomFlip
from mmpose.registry import TRANSFORMS

AXES = {'horizontal': 1, 'vertical': 0, 'diagonal': -1}  # of cv2.flip


@TRANSFORMS.register_module()
class QuickFlip(RandomFlip):
    """MMPose's ``RandomFlip``, with pictures whose rows lie in memory as they are read.

    MMPose's mirrored picture is the old one read backwards. OpenCV, which crops it, first copies all of it pixel by pixel:
    0.9 ms for 640x480, ten times as long as the crop itself. Draws, pixels and keys are those of ``RandomFlip``.
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """As in ``RandomFlip``."""
        before = results['img']
        results = super().transform(results)
        if results['flip']:
            axis = AXES[results['flip_direction']]
            results['img'] = (
                [_mirrored(picture, axis) for picture in before]
                if isinstance(before, list)
                else _mirrored(before, axis)
            )
        return results


def _mirrored(picture: np.ndarray, axis: int) -> np.ndarray:
    """A picture (h, w) or (h, w, C), mirrored."""
    return cv2.flip(picture, axis).reshape(picture.shape)  # OpenCV drops a single channel
