"""Plain ways to compute a model's attention, for comparison with the fused ones: equal results, more time and memory."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial, reduce

import torch
from mmcv.ops.multi_scale_deform_attn import multi_scale_deformable_attn_pytorch
from torch import Tensor, nn
from torch.nn import functional as F

from ..models.layers import DeformableAttention, record_attention
from ..models.layers.deformable_attention import Sampler


def ways_of_attention(model: nn.Module) -> dict[str, Callable[[], AbstractContextManager]]:
    """Ways to compute a model's attention.

    Args:
        model: Any.

    Returns:
        Name -> context in which it is computed so; the plain one last. 'fused', this package's; 'maps', the way of
        ``nn.MultiheadAttention(need_weights=True)``; 'copies', which samples a copy of the memory for each head (Poseur);
        'mmcv', mmcv's deformable attention for the CPU (TFPose); or 'none' alone without attention layers of this package.
    """
    orders = {module.project for module in model.modules() if isinstance(module, DeformableAttention)}
    if orders:
        name, plain = ('copies', sample_copies) if 'after' in orders else ('mmcv', sample_mmcv)
        return {'fused': nullcontext, name: partial(sampled_by, model, plain)}
    with record_attention(model) as layers:
        has_maps = bool(layers)
    return (
        {'fused': nullcontext, 'maps': partial(record_attention, model, keep=0)} if has_maps else {'none': nullcontext}
    )


@contextmanager
def sampled_by(model: nn.Module, sample: Sampler) -> Iterator[None]:
    """Let a model's deformable attention sample in another way.

    Args:
        model: Any.
        sample: Takes and gives what ``sample_levels`` does.
    """
    layers = [module for module in model.modules() if isinstance(module, DeformableAttention)]
    before = [layer.sample for layer in layers]
    try:
        for layer in layers:
            layer.sample = sample
        yield
    finally:
        for layer, own in zip(layers, before, strict=True):
            layer.sample = own


def sample_copies(values: Tensor, shapes: Sequence[tuple[int, int]], points: Tensor, weights: Tensor) -> Tensor:
    """``sample_levels`` in the plain way: a copy of the values for each head, and every sample held."""
    batch, _, _, channels = values.shape
    queries, heads = points.shape[1:3]
    values = values.expand(-1, -1, heads, -1)
    sums, start = [], 0
    for level, (height, width) in enumerate(shapes):
        plane = values[:, start : start + height * width].permute(0, 2, 3, 1).reshape(-1, channels, height, width)
        grid = points[:, :, :, level].transpose(1, 2).flatten(0, 1) * 2 - 1  # (B * heads, Q, P, 2)
        samples = F.grid_sample(plane, grid, align_corners=False)  # (B * heads, D, Q, P)
        weight = weights[:, :, :, level].transpose(1, 2).flatten(0, 1)[:, None]
        sums.append((samples * weight).sum(-1).view(batch, heads, channels, queries).permute(0, 3, 1, 2))
        start += height * width
    return reduce(torch.add, sums)  # (B, Q, heads, D)


def sample_mmcv(values: Tensor, shapes: Sequence[tuple[int, int]], points: Tensor, weights: Tensor) -> Tensor:
    """``sample_levels`` by mmcv's function for the CPU."""
    sampled = multi_scale_deformable_attn_pytorch(values, torch.tensor(shapes), points, weights)
    return sampled.unflatten(-1, values.shape[2:])  # (B, Q, heads, D)
