"""Weighted sums of bilinear samples of several levels, the core of deformable attention (Deformable DETR, equation 3).

A bilinear sample is a weighted sum of four pixels; so the result for a query and a head is one weighted sum of rows of the
values, which ``embedding_bag`` computes without holding the samples. Its gradient for the values is another such sum, with
rows and results exchanged.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from .constants import is_traced, kept
from .precision import at_least_float32, full_precision

Shapes = Sequence[tuple[int, int]]  # height and width of each level
# values, shapes, points and weights to sums, as ``sample_levels``
Sampler = Callable[[Tensor, Shapes, Tensor, Tensor], Tensor]
PART = 1 << 19  # weights of samples that a CPU works on at a time


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
    with full_precision(values):
        values = at_least_float32(values)
        sums = SampledSums.apply(values, points.to(values), weights.to(values), tuple(shapes))  # (B * Q * heads, D)
    return sums.view(*points.shape[:3], -1)


class Neighbours(NamedTuple):
    """Along an axis, the pixels before and after each place, (n, L * P) each.

    Attributes:
        before, after: Their shares, 0 outside.
        inside: Whether they are of the level, (2, n, L * P).
        indices: (2, n, L * P).
        size: Pixels of each level, (L * P).
    """

    before: Tensor
    after: Tensor
    inside: Tensor
    indices: Tensor
    size: Tensor

    @property
    def slopes(self) -> tuple[Tensor, Tensor]:
        """How both shares change with the place's fraction."""
        return -self.size * self.inside[0], self.size * self.inside[1]


def neighbours(points: Tensor, shapes: Shapes) -> tuple[Neighbours, Neighbours]:
    """Of points as in ``sample_levels``: along x, and along y."""
    sizes = level_sizes(shapes, points.shape[4], points.device, points.dtype)  # (2, L * P), for long inner loops
    fractions = points.flatten(0, 2).flatten(1, 2)  # (n, L * P, 2), n = B * Q * heads
    x, y = (_neighbours(fractions[..., axis], size) for axis, size in enumerate(sizes))
    return x, y


def _neighbours(fractions: Tensor, size: Tensor) -> Neighbours:
    """Along one axis."""
    places = fractions * size - 0.5
    before = places.floor()
    share = places - before
    pixels = torch.stack([before, before + 1])
    inside = (pixels >= 0) & (pixels < size)
    indices = torch.minimum(pixels.clamp_(min=0), size - 1).int().clamp_(min=0)  # NaN is no index, but has a share
    return Neighbours((1 - share) * inside[0], share * inside[1], inside, indices, size)


def read_rows(values: Tensor, weights: Tensor, shapes: Shapes, x: Neighbours, y: Neighbours) -> tuple[Tensor, Tensor]:
    """Which rows of the values, seen as (B * S * G, D), each query and head sums up, and what share of each.

    Values and weights as in ``sample_levels``; (n, m) each, m = L * P * 4: above, then below.
    """
    batch, count, groups, _ = values.shape
    queries, heads, _, per_level = weights.shape[1:]
    weights = weights.flatten(0, 2).flatten(1)  # (n, L * P)
    above, below = y.before * weights, y.after * weights
    shares = torch.stack([x.before * above, x.after * above, x.before * below, x.after * below], -1)  # (n, L * P, 4)

    # where the rows of a level and of a picture begin
    levels = shapes, per_level, values.device, x.indices.dtype
    lines = y.indices * level_sizes(*levels)[0] + level_starts(*levels)
    rows = (lines[:, None] + x.indices).flatten(0, 1).movedim(0, -1)  # (n, L * P, 4)
    first = count * torch.arange(batch, device=rows.device, dtype=rows.dtype).view(-1, 1, 1)
    head = torch.arange(heads, device=rows.device, dtype=rows.dtype) if groups > 1 else rows.new_zeros(heads)
    rows = rows * groups + (first * groups + head).expand(-1, queries, -1).reshape(-1, 1, 1)
    return rows.flatten(1), shares.flatten(1)


@kept
def level_sizes(shapes: Shapes, repeats: int, device: torch.device, dtype: torch.dtype) -> Tensor:
    """Widths, then heights of the levels, each several times: (2, L * repeats)."""
    return torch.tensor(shapes).T.flip(0).repeat_interleave(repeats, 1).to(device, dtype)


@kept
def level_starts(shapes: Shapes, repeats: int, device: torch.device, dtype: torch.dtype) -> Tensor:
    """Index of the levels' first pixels, each several times: (L * repeats)."""
    areas = torch.tensor(shapes).prod(1)
    return (areas.cumsum(0) - areas).repeat_interleave(repeats).to(device, dtype)


class SampledSums(torch.autograd.Function):
    """``sample_levels`` of full precision, (n, D), for which only its arguments are held until the backward pass.

    Rows and shares are four times as large as the points for each of their entries, and quickly found again.
    """

    @staticmethod
    def forward(ctx: Any, values: Tensor, points: Tensor, weights: Tensor, shapes: Shapes) -> Tensor:
        """As ``sample_levels``."""
        ctx.save_for_backward(values, points, weights)
        ctx.shapes = shapes
        sums = []
        for some, places, their_weights in zip(*_parts(values, points, weights)):
            rows, shares = read_rows(some, their_weights, shapes, *neighbours(places, shapes))
            table = some.reshape(-1, some.shape[-1])
            sums.append(F.embedding_bag(rows, table, per_sample_weights=shares, mode='sum'))
        return _joined(sums)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """(n, D) to what the values, points and weights are."""
        values, points, weights = ctx.saved_tensors
        of_each = gradient.contiguous().unflatten(0, (len(values), -1))  # (B, Q * heads, D)
        gradients: tuple[list[Tensor], ...] = ([], [], [])  # of each part's values, points and weights
        for some, places, their_weights, of_sums in zip(*_parts(values, points, weights, of_each)):
            x, y = neighbours(places, ctx.shapes)
            rows, shares = read_rows(some, their_weights, ctx.shapes, x, y)
            of_sums = of_sums.flatten(0, 1)  # (n, D)
            if ctx.needs_input_grad[0]:
                of_values = _gradient_of_rows(of_sums, rows, shares, some[..., 0].numel())
                gradients[0].append(of_values.view_as(some))
            if any(ctx.needs_input_grad[1:3]):
                of_shares = _gradient_of_shares(of_sums, some.reshape(-1, some.shape[-1]), rows)
                for whole, part in zip(gradients[1:], _gradient_of_places(of_shares, their_weights, x, y)):
                    whole.append(part)
        return *(_joined(parts) if parts else None for parts in gradients), None


def _parts(*tensors: Tensor) -> Iterable[tuple[Tensor, ...]]:
    """Values, points, weights and others, (B, ...) each: so many pictures at a time that a CPU finds again in its cache, and
    in memory that it has, what is computed of them; all for a GPU, or while a graph is made."""
    weights = tensors[2]
    if weights.device.type != 'cpu' or is_traced():
        return ((tensor,) for tensor in tensors)
    size = max(1, PART // max(1, weights.shape[1:].numel()))
    return (tensor.split(size) for tensor in tensors)


def _joined(parts: list[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(parts)


def _gradient_of_rows(gradient: Tensor, rows: Tensor, shares: Tensor, count: int) -> Tensor:
    """(n, D), (n, m), (n, m) to (count, D): each row's is a sum over the results in which it is, sorted by rows."""
    ordered, order = rows.flatten().sort()
    every = torch.arange(count, device=rows.device, dtype=rows.dtype)
    each = rows.shape[1]
    # a shift, where there is one, is many times as fast as a division of whole numbers
    results = order >> each.bit_length() - 1 if each & each - 1 == 0 else order // each
    return F.embedding_bag(
        results.to(rows.dtype),
        gradient,
        torch.searchsorted(ordered, every, out_int32=rows.dtype == torch.int32),  # where each row's begin
        per_sample_weights=shares.flatten()[order],
        mode='sum',
    )


def _gradient_of_shares(gradient: Tensor, values: Tensor, rows: Tensor) -> Tensor:
    """(n, D), (R, D), (n, m) to (n, m): products of a result's gradient and the rows that are in it."""
    bags = torch.arange(len(rows), device=rows.device, dtype=rows.dtype)
    return torch.ops.aten._embedding_bag_per_sample_weights_backward(  # embedding_bag's own
        gradient, values, rows.flatten(), bags * rows.shape[1], bags[:, None].repeat(1, rows.shape[1]).flatten(), 0
    ).view_as(rows)


def _gradient_of_places(of_shares: Tensor, weights: Tensor, x: Neighbours, y: Neighbours) -> tuple[Tensor, Tensor]:
    """(n, m) to what points and weights are: shares are products of those along x and y and of weights."""
    above_left, above_right, below_left, below_right = of_shares.unflatten(-1, (-1, 4)).unbind(-1)  # (n, L * P) each
    of_left = y.before * above_left + y.after * below_left
    of_right = y.before * above_right + y.after * below_right
    of_above = x.before * above_left + x.after * above_right
    of_below = x.before * below_left + x.after * below_right
    x_slopes, y_slopes = x.slopes, y.slopes
    of_x = x_slopes[0] * of_left + x_slopes[1] * of_right
    of_y = y_slopes[0] * of_above + y_slopes[1] * of_below
    of_points = torch.stack([of_x, of_y], -1).view(*weights.shape, 2) * weights[..., None]
    return of_points, (x.before * of_left + x.after * of_right).view_as(weights)
