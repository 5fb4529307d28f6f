"""Weighted sums of bilinear samples of several levels, the core of deformable attention (Deformable DETR, equation 3).

A bilinear sample is a weighted sum of four pixels; so the result for a query and a head is one weighted sum of rows of the
values, which ``embedding_bag`` computes without holding the samples. Its gradient for the values is another such sum, with
rows and results exchanged.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from .constants import kept
from .precision import full_precision

Shapes = Sequence[tuple[int, int]]  # height and width of each level


def sample_levels(values: Tensor, shapes: Shapes, points: Tensor, weights: Tensor) -> Tensor:
    """Sum up samples: a fraction p of a level of size n lies at its pixel p n - 0.5, outside is 0.

    In float32 or the values' own float64, also under autocast.

    Args:
        values: (B, S, G, D), pixels of all levels, row by row; G is 1 if all heads read the same values, else the number of
            heads.
        shapes: Height and width of each level.
        points: (B, Q, heads, L, P, 2), x and y as fractions of the picture.
        weights: (B, Q, heads, L, P).

    Returns:
        (B, Q, heads, D).
    """
    batch, count, groups, channels = values.shape
    queries, heads, _, per_level = points.shape[1:5]
    with full_precision(values):
        values = values if values.dtype == torch.double else values.float()
        points = points.to(values).flatten(0, 2).flatten(1, 2)  # (n, L * P, 2), n = B * Q * heads
        weights = weights.to(values).flatten(0, 2).flatten(1)  # (n, L * P)
        levels = tuple(shapes), per_level, values.device
        widths, heights = level_sizes(*levels, values.dtype)  # long inner loops: (L * P)
        left, right, columns = _neighbours(points[..., 0], widths)  # (n, L * P) each; columns (2, n, L * P)
        above, below, lines = _neighbours(points[..., 1], heights)
        above, below = above * weights, below * weights
        shares = torch.stack([left * above, right * above, left * below, right * below], -1)  # (n, L * P, 4)

        # where the rows of a level and of a picture begin
        lines = lines * level_sizes(*levels, lines.dtype)[0] + level_starts(*levels, lines.dtype)
        rows = (lines[:, None] + columns).flatten(0, 1).movedim(0, -1)  # (n, L * P, 4): above, then below
        first = count * torch.arange(batch, device=rows.device, dtype=rows.dtype).view(-1, 1, 1)
        head = torch.arange(heads, device=rows.device, dtype=rows.dtype) if groups > 1 else rows.new_zeros(heads)
        rows = rows * groups + (first * groups + head).expand(-1, queries, -1).reshape(-1, 1, 1)
        sums = WeightedRowSums.apply(values.reshape(-1, channels), rows.flatten(1), shares.flatten(1))  # (n, D)
    return sums.view(batch, queries, heads, channels)


@kept
def level_sizes(shapes: Shapes, repeats: int, device: torch.device, dtype: torch.dtype) -> Tensor:
    """Widths, then heights of the levels, each several times: (2, L * repeats)."""
    return torch.tensor(shapes).T.flip(0).repeat_interleave(repeats, 1).to(device, dtype)


@kept
def level_starts(shapes: Shapes, repeats: int, device: torch.device, dtype: torch.dtype) -> Tensor:
    """Index of the levels' first pixels, each several times: (L * repeats)."""
    areas = torch.tensor(shapes).prod(1)
    return (areas.cumsum(0) - areas).repeat_interleave(repeats).to(device, dtype)


def _neighbours(fractions: Tensor, size: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Of places along an axis: the shares of the pixels before and after each, 0 outside, and their indices (2, ...)."""
    places = fractions * size - 0.5
    before = places.floor()
    share = places - before
    pixels = torch.stack([before, before + 1])
    inside = (pixels >= 0) & (pixels < size)
    indices = torch.minimum(pixels.clamp(min=0), size - 1).int().clamp(min=0)  # NaN is no index, but has a share
    return (1 - share) * inside[0], share * inside[1], indices


class WeightedRowSums(torch.autograd.Function):
    """``sums[i]`` is the sum over j of ``shares[i, j] * values[rows[i, j]]``; values (R, D), rows and shares (n, m)."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, rows: Tensor, shares: Tensor) -> Tensor:
        """(R, D), (n, m), (n, m) to (n, D)."""
        ctx.save_for_backward(values, rows, shares)
        return F.embedding_bag(rows, values, per_sample_weights=shares, mode='sum')

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, None, Tensor | None]:
        """(n, D) to (R, D) and, of the shares, (n, m)."""
        values, rows, shares = ctx.saved_tensors
        of_values = of_shares = None
        gradient = gradient.contiguous()
        if ctx.needs_input_grad[0]:  # the sum over the results in which a row is, sorted by rows
            ordered, order = rows.flatten().sort()
            every = torch.arange(len(values), device=rows.device, dtype=rows.dtype)
            of_values = F.embedding_bag(
                (order // rows.shape[1]).to(rows.dtype),
                gradient,
                torch.searchsorted(ordered, every, out_int32=rows.dtype == torch.int32),  # where each row's begin
                per_sample_weights=shares.flatten()[order],
                mode='sum',
            )
        if ctx.needs_input_grad[2]:
            bags = torch.arange(len(rows), device=rows.device, dtype=rows.dtype)
            of_shares = torch.ops.aten._embedding_bag_per_sample_weights_backward(  # embedding_bag's own
                gradient, values, rows.flatten(), bags * rows.shape[1], bags.repeat_interleave(rows.shape[1]), 0
            ).view_as(shares)
        return of_values, None, of_shares
