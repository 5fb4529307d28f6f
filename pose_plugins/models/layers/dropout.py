"""Dropout whose random numbers do not cost more than the layers around it, which on a CPU PyTorch's do."""

import numpy as np
import torch
from torch import Tensor, nn


class Dropout(nn.Dropout):
    """``nn.Dropout``; on a CPU in a third of the time. ``torch.manual_seed`` governs it either way."""

    def forward(self, input: Tensor) -> Tensor:
        """A tensor of any shape to one of the same shape."""
        if not self.training or not self.p or input.device.type != 'cpu':
            return super().forward(input)
        return input * draw_kept(input.shape, self.p, seeded_generator()).to(input.dtype).div_(1 - self.p)


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
