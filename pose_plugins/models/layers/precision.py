"""Arithmetic that keeps its precision under autocast."""

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor


def full_precision(tensor: Tensor) -> AbstractContextManager:
    """A context in which autocast changes nothing, on the tensor's device."""
    kind = tensor.device.type
    return nullcontext() if kind == 'meta' else torch.autocast(kind, enabled=False)  # meta knows no autocast


def at_least_float32(tensor: Tensor) -> Tensor:
    """The tensor in float32, or in its own float64."""
    return tensor if tensor.dtype == torch.double else tensor.float()
