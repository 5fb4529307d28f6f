"""Plain ways to compute a model's attention, for comparison with the fused ones: equal results, more time and memory."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial

import torch
from mmcv.ops.multi_scale_deform_attn import multi_scale_deformable_attn_pytorch
from torch import Tensor, nn

from ..models.layers import (
    DeformableAttention,
    has_kernel,
    plain_linear,
    record_attention,
    sample_copies,
    sample_levels,
    sampled_by,
)


def ways_of_attention(model: nn.Module) -> dict[str, Callable[[], AbstractContextManager]]:
    """Ways to compute a model's attention.

    Args:
        model: Any.

    Returns:
        Name -> context in which it is computed so; the plain one last, with the plain linear layers of PyTorch. 'fused', as
        configured; 'pytorch', this package's sampling where that is mmcv's CUDA kernel; 'maps', the way of
        ``nn.MultiheadAttention(need_weights=True)``; 'copies', which samples a copy of the memory for each head (Poseur);
        'mmcv', mmcv's deformable attention in PyTorch (TFPose); or 'none' alone without attention layers of this package.
    """
    orders = {module.project for module in model.modules() if isinstance(module, DeformableAttention)}
    if orders:
        name, plain = ('copies', sample_copies) if 'after' in orders else ('mmcv', sample_mmcv)
        kernel = has_kernel() and next(model.parameters()).is_cuda
        own = {'pytorch': partial(sampled_by, model, sample_levels)} if kernel else {}
        return {'fused': nullcontext, **own, name: partial(_plain_layers, partial(sampled_by, model, plain))}
    with record_attention(model) as layers:
        has_maps = bool(layers)
    if not has_maps:
        return {'none': nullcontext}
    return {'fused': nullcontext, 'maps': partial(_plain_layers, partial(record_attention, model, keep=0))}


@contextmanager
def _plain_layers(plain_attention: Callable[[], AbstractContextManager]) -> Iterator[None]:
    """A context with plain linear layers as well."""
    with plain_linear(), plain_attention():
        yield


def sample_mmcv(values: Tensor, shapes: Sequence[tuple[int, int]], points: Tensor, weights: Tensor) -> Tensor:
    """``sample_levels`` by mmcv's function for the CPU."""
    sampled = multi_scale_deformable_attn_pytorch(values, torch.tensor(shapes), points.to(values), weights.to(values))
    return sampled.unflatten(-1, values.shape[2:])  # (B, Q, heads, D)
