"""The codec of regression with an uncertainty, whose score is an integral (Poseur, section 3.6)."""

from typing import Any

import numpy as np
from mmpose.codecs import RegressionLabel
from mmpose.registry import KEYPOINT_CODECS

from ..utils.arguments import fraction, one_of, positive
from ..utils.errors import DivergedError
from .finite_keypoints import ORIGIN, check_keypoints

SCORES = ('integral', 'rle')


@KEYPOINT_CODECS.register_module()
class RLELaplaceLabel(RegressionLabel):
    """MMPose's regression label with a choice of the score; it fits Poseur and MMPose's ``RLEHead`` alike.

    Encoded:

        - keypoint_labels (np.ndarray): (N, K, 2), fractions of the input
        - keypoint_weights (np.ndarray): (N, K)

    Args:
        input_size: Width and height of the input in pixels.
        score: 'integral', the mass of the predicted Laplace distribution within ``a`` of its mean, in x and in y:
            ``(1 - exp(-a / sigma_x)) * (1 - exp(-a / sigma_y))``; 'rle', one minus the mean sigma.
        a: Half of the side of the square that is integrated over, as a fraction of the input.
        factor: In (0, 1], multiplies the integral score; the published code takes 0.7.

    Raises:
        InputError: If an argument is out of its range, in ``encode``, if a keypoint is not finite or, in ``decode``, if a
            sigma is not positive.
    """

    auxiliary_encode_keys = ORIGIN

    def __init__(
        self, input_size: tuple[int, int], score: str = 'integral', a: float = 0.2, factor: float = 1.0
    ) -> None:
        super().__init__(input_size)
        one_of(SCORES, score=score)
        positive(a=a, factor=factor)
        fraction(factor=factor)
        self.score, self.a, self.factor = score, a, factor

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
        return super().encode(keypoints, keypoints_visible)

    def decode(self, encoded: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Turn predictions into keypoints.

        Args:
            encoded: (N, K, 4), x and y, and their sigmas, as fractions of the input; or (N, K, 3), x and y, and
                the score if it is known already.

        Returns:
            (N, K, 2), pixels of the input; (N, K), scores in [0, 1].
        """
        keypoints, _ = super().decode(encoded[..., :2])
        return keypoints, encoded[..., 2] if encoded.shape[-1] == 3 else self.scores(encoded[..., 2:4])

    def scores(self, sigmas: np.ndarray) -> np.ndarray:
        """Scores of sigmas, fractions of the input: (..., 2) to (...).

        Raises:
            DivergedError: If a sigma is NaN or not positive.
        """
        if not (sigmas > 0).all():
            raise DivergedError('a sigma is NaN or not positive: it has no score, training has diverged')
        if self.score == 'rle':
            return 1 - sigmas.mean(-1)
        return self.factor * np.prod(1 - np.exp(-self.a / sigmas), axis=-1)
