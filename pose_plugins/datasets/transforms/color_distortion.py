"""Changes of brightness, contrast, saturation and hue (Poseur's published code, after SSD)."""

import mmcv
import numpy as np
from mmpose.datasets.transforms import PhotometricDistortion
from mmpose.registry import TRANSFORMS

HUES = 180  # of OpenCV's pictures in bytes


@TRANSFORMS.register_module()
class ColorDistortion(PhotometricDistortion):
    """MMPose's ``PhotometricDistortion`` as Poseur was trained with.

    Each of the four changes about half of the pictures; contrast comes before or after saturation and hue. MMPose's changes
    contrast twice or not at all, lets hues run over, and swaps colours, which Poseur's does not.

    Required Keys: ``img``, bytes, BGR. Modified Keys: ``img``. Arguments are those of ``PhotometricDistortion``.
    """

    def transform(self, results: dict) -> dict:
        """Distort the colours.

        Args:
            results: Of the pipeline.

        Returns:
            The same, with a picture of its own.
        """
        contrast_last, brighter, contrast, hsv_mode, _, beta, alpha, saturation, hue, _ = self._random_flags()
        img = results['img']
        if brighter:
            img = self._convert(img, beta=beta)
        if contrast and not contrast_last:
            img = self._convert(img, alpha=alpha)
        if hsv_mode:  # 1: saturation, 2: hue, 3: both
            img = mmcv.bgr2hsv(img)
            if hsv_mode != 2:
                img[..., 1] = self._convert(img[..., 1], alpha=saturation)
            if hsv_mode != 1:
                img[..., 0] = (img[..., 0].astype(int) + hue) % HUES
            img = mmcv.hsv2bgr(img)
        if contrast and contrast_last:
            img = self._convert(img, alpha=alpha)
        results['img'] = np.ascontiguousarray(img)
        return results
