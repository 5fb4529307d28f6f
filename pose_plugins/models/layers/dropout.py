"""Dropout whose random numbers do not cost more than the layers around it, which on a CPU PyTorch's do."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F


class Dropout(nn.Dropout):
    """``nn.Dropout``; on a CPU in a third of the time. ``torch.manual_seed`` governs it either way."""

    def forward(self, input: Tensor) -> Tensor:
        """A tensor of any shape to one of the same shape."""
        if not self.training or not self.p or input.device.type != 'cpu':
            return super().forward(input)
        # what is held for the backward pass is a byte for each element, not a number of the input's type
        return (input * draw_kept(input.shape, self.p, seeded_generator())).mul_(1 / (1 - self.p))


def relu_dropout(units: Tensor, dropout: nn.Dropout) -> Tensor:
    """``dropout(F.relu(units))``, of which the result alone is held: it is positive where both let through.

    Args:
        units: Of any shape.
        dropout: Applied as it is set.

    Returns:
        Of the same shape.
    """
    return ReluDropout.apply(units, dropout) if dropout.training else F.relu(units)


class ReluDropout(torch.autograd.Function):
    """``relu_dropout`` in training."""

    @staticmethod
    def forward(ctx: Any, units: Tensor, dropout: nn.Dropout) -> Tensor:
        """Any shape to the same."""
        result = dropout(F.relu(units))
        ctx.save_for_backward(result)
        ctx.kept = 1 - dropout.p
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        """Any shape to the same."""
        (result,) = ctx.saved_tensors
        return torch.ops.aten.threshold_backward(gradient, result, 0).mul_(1 / ctx.kept), None  # relu's own


def seeded_generator() -> np.random.SFC64:
    """A fast NumPy bit generator with a seed of PyTorch's."""
    return np.random.SFC64(int(torch.randint(1 << 62, ())))


def draw_kept(shape: torch.Size, dropout: float, generator: np.random.BitGenerator) -> Tensor:
    """Draw which elements dropout keeps.

    Args:
        shape: Of the result.
        dropout: Probability that an element is not kept, in [0, 1); it is met to 1/65536.
        generator: Where 16 bits for each element come from.

    Returns:
        Booleans, on the CPU.
    """
    count = shape.numel()
    bits = torch.from_numpy(generator.random_raw(-(-count // 4)).view(np.int16))[:count]
    return bits.view(shape) >= round(dropout * 65536) - 32768
