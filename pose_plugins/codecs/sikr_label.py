"""The codec of symmetric integral keypoint regression (AlphaPose, section 3.2)."""

from typing import Any

import numpy as np
from mmpose.codecs import MSRAHeatmap, RegressionLabel
from mmpose.registry import KEYPOINT_CODECS

from .finite_keypoints import ORIGIN, check_keypoints


@KEYPOINT_CODECS.register_module()
class SIKRLabel(RegressionLabel):
    """MMPose's regression label with a score beside the coordinates, and with heatmaps where a combined loss wants them.

    MMPose gives keypoints outside of the input no weight. AlphaPose's published code lets the integral learn them, too, which
    pulls it to the border: ``outside=True``. Heatmaps learn what a Gaussian reaches into the map, with either.

    Encoded:

        - keypoint_labels (np.ndarray): (N, K, 2), fractions of the input
        - keypoint_weights (np.ndarray): (N, K)
        - heatmaps (np.ndarray): (K, H, W), as ``MSRAHeatmap``'s; only with a sigma
        - heatmap_keypoint_weights (np.ndarray): (N, K), of the heatmaps; only with a sigma

    Args:
        input_size: Width and height of the input in pixels.
        heatmap_size: Width W and height H of the heatmaps.
        sigma: Of the Gaussians, in pixels of the heatmap; None makes no heatmaps.
        outside: Whether visible keypoints outside of the input have a weight.

    Raises:
        InputError: In ``encode``, if a keypoint is not finite.
    """

    auxiliary_encode_keys = ORIGIN

    label_mapping_table = dict(RegressionLabel.label_mapping_table, heatmap_keypoint_weights='heatmap_keypoint_weights')

    field_mapping_table = dict(heatmaps='heatmaps')

    def __init__(
        self,
        input_size: tuple[int, int],
        heatmap_size: tuple[int, int],
        sigma: float | None = None,
        outside: bool = False,
    ) -> None:
        super().__init__(input_size)
        self.outside = outside
        self.heatmap_size = heatmap_size
        self.heatmap_codec = None if sigma is None else MSRAHeatmap(input_size, heatmap_size, sigma)

    def encode(
        self, keypoints: np.ndarray, keypoints_visible: np.ndarray | None = None, **origin: Any
    ) -> dict[str, np.ndarray]:
        """Turn keypoints into labels.

        Args:
            keypoints: (N, K, 2), pixels of the input.
            keypoints_visible: (N, K); None takes all as visible.
            **origin: As in ``check_keypoints``.

        Returns:
            As above.
        """
        check_keypoints(keypoints, **origin)
        encoded = super().encode(keypoints, keypoints_visible)
        if self.outside:
            visible = np.ones(keypoints.shape[:2]) if keypoints_visible is None else keypoints_visible
            encoded['keypoint_weights'] = (visible > 0.5).astype(np.float32)
        if self.heatmap_codec is not None:
            made = self.heatmap_codec.encode(keypoints, keypoints_visible)
            encoded['heatmaps'], encoded['heatmap_keypoint_weights'] = made['heatmaps'], made['keypoint_weights']
        return encoded

    def decode(self, encoded: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Turn predictions into keypoints.

        Args:
            encoded: (N, K, 3), x and y as fractions of the input, and the score.

        Returns:
            (N, K, 2), pixels of the input; (N, K), scores.
        """
        keypoints, _ = super().decode(encoded[..., :2])
        return keypoints, encoded[..., 2]
