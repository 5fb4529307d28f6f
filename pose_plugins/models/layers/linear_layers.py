"""Linear layers at the full rate of a processor's arithmetic."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...utils.processor import processor_name
from .constants import is_traced

FEW = 1 << 15  # numbers in tokens so few that what a call costs decides
_plain = False


class Linear(nn.Linear):
    """``nn.Linear`` by ``linear``."""

    def forward(self, input: Tensor) -> Tensor:
        """(..., C) to (..., D)."""
        return linear(input, self.weight, self.bias)


def linear(tokens: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """``F.linear``; where convolutions are faster than matrix products by the convolution that it is, with kernels of 1x1.

    Args:
        tokens: (..., C).
        weight: (D, C).
        bias: (D).

    Returns:
        (..., D).
    """
    if not convolves(tokens) or tokens.numel() < FEW:
        return F.linear(tokens, weight, bias)
    picture = tokens.reshape(1, -1, 1, tokens.shape[-1]).movedim(-1, 1)  # (1, C, n, 1), channels last in memory
    # Of 1x1 a dilation changes nothing, but without one PyTorch computes it as a product where it has a single thread.
    mixed = F.conv2d(picture, weight[..., None, None], bias, dilation=2)  # (1, D, n, 1)
    return mixed.movedim(1, -1).reshape(*tokens.shape[:-1], -1)


def convolves(tokens: Tensor) -> bool:
    """Whether ``linear`` takes convolutions for such tokens, if they are not too few."""
    possible = tokens.device.type == 'cpu' and tokens.dtype == torch.float32 and not is_traced()
    return possible and bool(torch.backends.mkldnn.enabled) and not _plain and products_are_held_back()


@cache
def products_are_held_back() -> bool:
    """Whether convolutions are faster than matrix products here.

    Of the two libraries in PyTorch that compute them, MKL leaves AVX-512 unused on AMD's processors, oneDNN does not. By the
    processor's name, not by a measurement, so that results are the same whatever else a machine does.
    """
    libraries = torch.backends.mkl.is_available() and torch.backends.mkldnn.is_available()
    return libraries and torch.backends.cpu.get_cpu_capability() == 'AVX512' and 'AMD' in processor_name()


@contextmanager
def plain_linear() -> Iterator[None]:
    """A context in which ``linear`` is ``F.linear`` anywhere; backward passes belong within it, too."""
    global _plain
    before, _plain = _plain, True
    try:
        yield
    finally:
        _plain = before
