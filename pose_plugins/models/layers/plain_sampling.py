"""Other ways to take the samples of deformable attention, as ONNX and comparisons want them."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import reduce

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .deformable_attention import DeformableAttention
from .sampling import Sampler, Shapes


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


def sample_copies(values: Tensor, shapes: Shapes, points: Tensor, weights: Tensor) -> Tensor:
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
