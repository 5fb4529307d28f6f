"""Dropout whose random numbers do not cost more than the layers around it, which on a CPU PyTorch's do."""

import numpy as np
import torch
from torch import nn


class Dropout(nn.Dropout):
    """``nn.Dropout``; on a CPU in a third of the time. ``torch.manual_seed`` governs it either way."""

    def forward(self, input):
        """Tensor of any shape to one of the same shape."""
        if not self.training or not self.p or input.device.type != 'cpu':
            return super().forward(input)
        return input * draw_kept(input.shape, self.p, seeded_generator()).to(input.dtype).div_(1 - self.p)


def seeded_generator():
    """A fast NumPy bit generator with a seed of PyTorch's."""
    return np.random.SFC64(int(torch.randint(1 << 62, ())))


def draw_kept(shape, dropout, generator):
    """Which elements dropout keeps.

    Args:
        shape (torch.Size): Of the result.
        dropout (float): Probability that an element is not kept, in [0, 1); it is met to 1/65536.
        generator (np.random.BitGenerator): Where 16 bits for each element come from.

    Returns:
        Tensor: bool, on the CPU.
    """
    count = shape.numel()
    bits = torch.from_numpy(generator.random_raw(-(-count // 4)).view(np.int16))[:count]
    return bits.view(shape) >= round(dropout * 65536) - 32768
