"""The integral of a heatmap with a symmetric gradient (AlphaPose, section 3.2)."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from ...utils.arguments import positive
from .precision import at_least_float32, full_precision


def integral(marginal: Tensor, amplitude: float | None = None, symmetric: bool = True) -> Tensor:
    """Expected index ``mu = sum_x x * p_x`` of a distribution.

    The plain gradient ``dmu/dp_x = x`` grows with x, so that it depends on where in the heatmap a keypoint lies. The
    symmetric one, ``A * sign(x - mu)`` with sign(0) = 1, does not; where mu lies outside of the indices its sign is 1.

    Args:
        marginal: p, (..., n), each of which sums to 1. Computed in float32 or its own float64, also under autocast.
        amplitude: A > 0; None takes n / 8, the paper's.
        symmetric: False takes the plain gradient, for comparison.

    Returns:
        mu, (...), in [0, n - 1].

    Raises:
        InputError: If the amplitude is not positive.
        RuntimeError: If the symmetric one is differentiated twice: its gradient is not that of its value.
    """
    if amplitude is not None:
        positive(amplitude=amplitude)
    with full_precision(marginal):
        marginal = at_least_float32(marginal)
        if not symmetric:
            return marginal @ _indices(marginal.shape[-1], marginal)
        return SymmetricIntegral.apply(marginal, marginal.shape[-1] / 8 if amplitude is None else amplitude)


class SymmetricIntegral(torch.autograd.Function):
    """``integral`` with the symmetric gradient; saves mu alone for the backward pass."""

    @staticmethod
    def forward(ctx: Any, marginal: Tensor, amplitude: float) -> Tensor:
        """(..., n) to (...)."""
        mu = marginal @ _indices(marginal.shape[-1], marginal)
        ctx.save_for_backward(mu)
        ctx.size, ctx.amplitude = marginal.shape[-1], amplitude
        return mu

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        """(...) to (..., n)."""
        (mu,) = ctx.saved_tensors
        mu = mu[..., None]
        left = (_indices(ctx.size, mu) < mu) & (mu <= ctx.size)
        return grad[..., None] * torch.where(left, -ctx.amplitude, ctx.amplitude), None


def _indices(size: int, like: Tensor) -> Tensor:
    return torch.arange(size, dtype=like.dtype, device=like.device)
