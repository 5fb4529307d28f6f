"""The codec of coordinates that are refined before a sigmoid (TFPose, section 3.3)."""

import numpy as np
from mmpose.registry import KEYPOINT_CODECS

from ..utils.errors import InputError
from .sikr_label import SIKRLabel

SCORES = ('agreement', 'constant')
STRIDE, LARGEST_STRIDE = 4, 32  # of the auxiliary heatmaps; of the network


@KEYPOINT_CODECS.register_module()
class SigmoidRefinementLabel(SIKRLabel):
    """Coordinates as fractions of the input, with auxiliary heatmaps of a quarter of its size.

    Layers correct an estimate y by ``sigmoid(logit(y) + delta)``; this codec owns the logit. The method has no confidence of
    its own. 'agreement' takes how little the last corrections moved a keypoint: with the distance d between the last two
    estimates, in units of the input's size, the score is ``exp(-d / scale)``. A correction that is still large is one that
    the network is not sure of.

    Encoded:

        - keypoint_labels (np.ndarray): (N, K, 2), fractions of the input
        - keypoint_weights (np.ndarray): (N, K)
        - heatmaps (np.ndarray): (K, H / 4, W / 4), as ``MSRAHeatmap``'s; only with a sigma

    Args:
        input_size (tuple[int, int]): Width and height of the input in pixels, multiples of 32.
        sigma (float | None): Of the auxiliary heatmaps' Gaussians, in their pixels; None makes none. Default: 2.
        eps (float): Fractions are clamped to [eps, 1 - eps] before their logit is taken. Default: 1e-5.
        score (str): 'agreement', which two layers at least can have, or 'constant', which is 1. Default: 'agreement'.
        scale (float): Of the agreement, a fraction of the input. Default: 0.05.

    Raises:
        InputError: If an argument is out of its range or, in ``scores``, if an estimate is NaN.
    """

    def __init__(self, input_size, sigma=2.0, eps=1e-5, score='agreement', scale=0.05):
        if any(side % LARGEST_STRIDE or side <= 0 for side in input_size):
            raise InputError(f'input_size={tuple(input_size)}: both sides must be multiples of {LARGEST_STRIDE}')
        if score not in SCORES:
            raise InputError(f'score={score!r}: choose from {", ".join(SCORES)}')
        if not 0 < eps < 0.5:
            raise InputError(f'eps={eps}: must lie between 0 and 0.5')
        if not scale > 0:
            raise InputError(f'scale={scale}: must be positive')
        super().__init__(input_size, tuple(side // STRIDE for side in input_size), sigma)
        self.eps, self.score, self.scale = eps, score, scale

    def logit(self, fractions):
        """What a sigmoid turns into ``fractions`` (...), clamped to [eps, 1 - eps]."""
        fractions = np.clip(fractions, self.eps, 1 - self.eps)
        return np.log(fractions) - np.log1p(-fractions)

    def scores(self, keypoints):
        """Scores of keypoints.

        Args:
            keypoints (np.ndarray): (layers, ..., 2), the estimates of every layer, fractions of the input; the first is the
                estimate that the first layer corrected.

        Returns:
            np.ndarray: (...), in [0, 1].

        Raises:
            InputError: If an estimate is NaN.
        """
        if np.isnan(keypoints).any():
            raise InputError('an estimate is NaN: it has no score, training has diverged')
        if self.score == 'constant':
            return np.ones(keypoints.shape[1:-1], keypoints.dtype)
        return np.exp(-np.linalg.norm(keypoints[-1] - keypoints[-2], axis=-1) / self.scale)
