"""Attention on a CPU a few rows of the map at a time, for what PyTorch's fused kernels do not know or are slow at."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from .dropout import draw_kept, seeded_generator
from .linear_layers import convolves, linear

# elements of the map that are worked on at a time: enough for fast matrix products, few enough for the cache
CHUNK = 3 << 19
ROWS = 512  # of a map at least: products of fewer are slow


def attend(query: Tensor, key: Tensor, value: Tensor, dropout: float = 0.0) -> Tensor:
    """``dropout(softmax(q k^T / sqrt(c))) v``, of which the map is never whole in memory.

    Args:
        query: (B, heads, N, c).
        key: (B, heads, M, c).
        value: (B, heads, M, c).
        dropout: Share of the weights that is set to zero.

    Returns:
        (B, heads, N, c).
    """
    if dropout and query.device.type == 'cpu':  # whose kernels know no dropout
        return dropout_attention(query, key, value, dropout)
    if not dropout and not torch.is_grad_enabled() and convolves(query) and _is_large(query, key):
        heads = query.shape[:2]
        query, key, value = (x.flatten(0, 1) for x in (query, key, value))
        query = query * query.shape[-1] ** -0.5
        output = torch.empty_like(query)
        for some, rows in _chunks(query, key):
            output[some, rows] = _product(_weights(query[some, rows], key[some]), value[some].mT)
        return output.unflatten(0, heads)
    return F.scaled_dot_product_attention(query, key, value, dropout_p=dropout)


def dropout_attention(query: Tensor, key: Tensor, value: Tensor, dropout: float) -> Tensor:
    """``dropout(softmax(q k^T / sqrt(c))) v``, what ``scaled_dot_product_attention`` computes, in less time and memory.

    A few rows of the map are made at a time and made again in the backward pass; what stays between the two is one byte an
    element that says whether it was dropped.

    Args:
        query: (B, heads, N, c).
        key: (B, heads, M, c).
        value: (B, heads, M, c).
        dropout: Share of the weights that is set to zero, in [0, 1), to 1/65536; the others grow by its rest.

    Returns:
        (B, heads, N, c).
    """
    heads = query.shape[:2]
    query, key, value = (x.flatten(0, 1) for x in (query, key, value))  # (B * heads, N or M, c)
    attended = _DropoutAttention.apply(query * query.shape[-1] ** -0.5, key, value, dropout)
    return attended.unflatten(0, heads) / (1 - dropout)


class _DropoutAttention(torch.autograd.Function):
    """With S = q k^T, P = softmax(S), D the map of what is kept: O = (P * D) v.

    Backward, with G = dO v^T * D and row sums of P * G equal to those of dO * O: dS = P * (G - rowsum(dO * O)).
    """

    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor, dropout: float) -> Tensor:
        generator = seeded_generator()
        output = torch.empty_like(query)
        ctx.kept = []
        for some, rows in _chunks(query, key):
            weights = _weights(query[some, rows], key[some])
            kept = draw_kept(weights.shape, dropout, generator)
            ctx.kept.append(kept)
            output[some, rows] = _product(weights.mul_(kept), value[some].mT)
        ctx.save_for_backward(query, key, value, output)
        return output

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        query, key, value, output = ctx.saved_tensors
        grad_query, grad_key, grad_value = torch.empty_like(query), torch.zeros_like(key), torch.zeros_like(value)
        minus_row_sums = -(grad * output).sum(-1, keepdim=True)  # (B * heads, N, 1)
        for (some, rows), kept in zip(_chunks(query, key), ctx.kept):
            kept = kept.to(query.dtype)
            weights = _weights(query[some, rows], key[some])
            gradients = _product(grad[some, rows], value[some])
            torch.addcmul(minus_row_sums[some, rows], gradients, kept, out=gradients).mul_(weights)
            grad_query[some, rows] = _product(gradients, key[some].mT)
            grad_key[some] += _product(gradients.mT, query[some, rows].mT)
            grad_value[some] += _product(weights.mul_(kept).mT, grad[some, rows].mT)
        return grad_query, grad_key, grad_value, None


def _is_large(query: Tensor, key: Tensor) -> bool:
    """Whether a map is more than what is worked on at a time."""
    return query.shape[-2] * key.shape[-2] >= CHUNK


def _chunks(query: Tensor, key: Tensor) -> Iterator[tuple[slice, slice]]:
    """Slices of maps, and of their rows, that are worked on at a time."""
    maps, length, others = len(query), query.shape[1], key.shape[1]
    at_once = max(1, min(maps, CHUNK // max(1, length * others)))  # whole maps, if possible
    size = max(1, min(length, max(ROWS, CHUNK // max(1, at_once * others))))
    for first in range(0, maps, at_once):
        for start in range(0, length, size):
            yield slice(first, first + at_once), slice(start, start + size)


def _weights(query: Tensor, key: Tensor) -> Tensor:
    """``softmax(q k^T)`` of a chunk."""
    weights = _product(query, key)
    return torch.softmax(weights, -1, out=weights)


def _product(left: Tensor, right: Tensor) -> Tensor:
    """(maps, n, k) and (maps, m, k) to ``left right^T``, (maps, n, m)."""
    return linear(left[0], right[0])[None] if len(left) == 1 else left @ right.mT
