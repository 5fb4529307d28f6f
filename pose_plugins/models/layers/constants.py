"""Tensors that depend on sizes alone: made once, so that a GPU is not waited for while the host sends them."""

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any

import torch
from torch import Tensor

MOST = 256  # sets of arguments that one function's tensors are kept of


def is_traced() -> bool:
    """Whether a tracer makes a graph of what is computed. torch before 2.3 cannot tell, and of it nothing is exported."""
    compiling = getattr(torch.compiler, 'is_compiling', None)
    return torch.jit.is_tracing() or bool(compiling and compiling())


def kept(make: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Let a function that makes a tensor return the one it made before for the same arguments.

    Nobody may change the tensor in place. What a tracer makes in its stead is not kept.

    Args:
        make: Takes hashable arguments, its device and type among them.
    """
    made: dict[tuple[Hashable, ...], Tensor] = {}

    @wraps(make)
    def found(*key: Any) -> Tensor:
        if is_traced():  # also while a graph is exported, which holds its own
            return make(*key)
        if (tensor := made.get(key)) is not None:
            return tensor
        with torch.inference_mode(False), torch.no_grad():  # so that a training may take it after a test
            tensor = make(*key)
        if type(tensor) is Tensor:
            if len(made) >= MOST:
                made.clear()
            made[key] = tensor
        return tensor

    return found
