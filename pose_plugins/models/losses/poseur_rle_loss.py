"""Residual log-likelihood estimation as Poseur was trained with (Poseur, section 3.5)."""

import math

from mmpose.models.utils.realnvp import RealNVP
from mmpose.registry import MODELS
from torch import Tensor, nn

from ..layers import full_precision


class Flow(RealNVP):
    """MMPose's flow with the prior N((0.5, 0.5), I)."""

    def __init__(self) -> None:
        super().__init__()
        del self.loc, self.cov  # of the other prior

    def log_prob(self, x: Tensor) -> Tensor:
        """Log density (n,) of errors (n, 2)."""
        z, log_det = self.backward_p(x)
        return log_det - 0.5 * (z - 0.5).square().sum(-1) - math.log(2 * math.pi)


@MODELS.register_module()
class PoseurRLELoss(nn.Module):
    """MMPose's ``RLELoss`` with another prior of the flow, N((0.5, 0.5), I), another constant and another mean.

    With the error ``e = (prediction - target) / sigma`` and the flow's density phi, the loss of a coordinate is
    ``log(sigma) - log(phi(e)) + log(sigma * sqrt(2 pi)) + |prediction - target| / (sqrt(2) * sigma + 1e-9)``. It is summed
    over x and y and averaged over keypoints, those without weight included. Computed in float32, also under autocast.

    Args:
        loss_weight: Multiplies the loss.
    """

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight
        self.flow_model = Flow()

    def forward(self, keypoints: Tensor, sigmas: Tensor, target: Tensor, weights: Tensor) -> Tensor:
        """The loss of a batch.

        Args:
            keypoints: Predicted, (..., 2), fractions of the input.
            sigmas: Predicted, (..., 2), in (0, 1).
            target: (..., 2).
            weights: (...).

        Returns:
            A scalar, which is not finite if a sigma is NaN or not positive.
        """
        with full_precision(keypoints):
            keypoints, sigmas, target = keypoints.float(), sigmas.float(), target.float()
            error = keypoints - target
            log_phi = self.flow_model.log_prob((error / sigmas).reshape(-1, 2)).view(*error.shape[:-1], 1)
            log_sigma = sigmas.log()
            laplace = log_sigma + math.log(math.sqrt(2 * math.pi)) + error.abs() / (math.sqrt(2) * sigmas + 1e-9)
            loss = (log_sigma - log_phi + laplace).sum(-1) * weights
            return loss.mean() * self.loss_weight
