"""The codec of coordinates that are refined before a sigmoid (TFPose, section 3.3)."""

import numpy as np
from mmpose.registry import KEYPOINT_CODECS

from ..utils.arguments import multiple_of, one_of, positive
from ..utils.errors import DivergedError, InputError
from .sikr_label import SIKRLabel

SCORES = ('agreement', 'constant')
STRIDE, LARGEST_STRIDE = 4, 32  # of the auxiliary heatmaps; of the network


@KEYPOINT_CODECS.register_module()
class SigmoidRefinementLabel(SIKRLabel):
    """Coordinates as fractions of the input, with auxiliary heatmaps of a quarter of its size.

    Layers correct an estimate y by ``sigmoid(logit(y) + delta)``; this codec says where that logit is clamped, so that an
    estimate at the border can come back. The method has no confidence of its own. 'agreement' takes how little the last
    corrections moved a keypoint: with the distance d between the last two estimates, in units of the input's size, the score
    is ``exp(-d / scale)``. A correction that is still large is one that the network is not sure of.

    Encoded:

        - keypoint_labels (np.ndarray): (N, K, 2), fractions of the input
        - keypoint_weights (np.ndarray): (N, K)
        - heatmaps (np.ndarray): (K, H / 4, W / 4), as ``MSRAHeatmap``'s; only with a sigma

    Args:
        input_size: Width and height of the input in pixels, multiples of 32.
        sigma: Of the auxiliary heatmaps' Gaussians, in their pixels; None makes none.
        eps: Layers clamp fractions to [eps, 1 - eps] before they take their logit.
        score: 'agreement', which two layers at least can have, or 'constant', which is 1.
        scale: Of the agreement, a fraction of the input.

    Raises:
        InputError: If an argument is out of its range or, in ``scores``, if an estimate is NaN.
    """

    def __init__(
        self,
        input_size: tuple[int, int],
        sigma: float | None = 2.0,
        eps: float = 1e-5,
        score: str = 'agreement',
        scale: float = 0.05,
    ) -> None:
        width, height = input_size
        multiple_of(LARGEST_STRIDE, "the network's stride", **{'input_size[0]': width, 'input_size[1]': height})
        one_of(SCORES, score=score)
        positive(scale=scale)
        if not 0 < eps < 0.5:
            raise InputError(f'eps={eps}: must lie between 0 and 0.5')
        super().__init__(input_size, (width // STRIDE, height // STRIDE), sigma)
        self.eps, self.score, self.scale = eps, score, scale

    def scores(self, keypoints: np.ndarray) -> np.ndarray:
        """Scores of keypoints.

        Args:
            keypoints: (layers, ..., 2), the estimates of every layer, fractions of the input; the first is the estimate that
                the first layer corrected.

        Returns:
            (...), in [0, 1].

        Raises:
            DivergedError: If an estimate is NaN.
        """
        if np.isnan(keypoints).any():
            raise DivergedError('an estimate is NaN: it has no score, training has diverged')
        if self.score == 'constant':
            return np.ones(keypoints.shape[1:-1], keypoints.dtype)
        return np.exp(-np.linalg.norm(keypoints[-1] - keypoints[-2], axis=-1) / self.scale)
