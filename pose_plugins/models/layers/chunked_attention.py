"""Attention with dropout on a CPU, where PyTorch's fused kernels know no dropout and its others keep every map."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from .dropout import draw_kept, seeded_generator

# elements of the map that are worked on at a time: enough for fast matrix products, few enough for the cache
CHUNK = 3 << 19


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
        for rows, (weights, kept, _) in _chunks(query, key):
            ctx.kept.append(draw_kept(weights.shape, dropout, generator))
            torch.bmm(query[:, rows], key.mT, out=weights)
            torch.softmax(weights, -1, out=weights)
            output[:, rows] = weights.mul_(kept.copy_(ctx.kept[-1])) @ value
        ctx.save_for_backward(query, key, value, output)
        return output

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        query, key, value, output = ctx.saved_tensors
        grad_query, grad_key, grad_value = torch.empty_like(query), torch.zeros_like(key), torch.zeros_like(value)
        minus_row_sums = -(grad * output).sum(-1, keepdim=True)  # (B * heads, N, 1)
        for (rows, (weights, kept, gradients)), stored in zip(_chunks(query, key), ctx.kept):
            torch.bmm(query[:, rows], key.mT, out=weights)
            torch.softmax(weights, -1, out=weights)
            kept.copy_(stored)
            torch.bmm(grad[:, rows], value.mT, out=gradients)
            torch.addcmul(minus_row_sums[:, rows], gradients, kept, out=gradients).mul_(weights)
            grad_query[:, rows] = gradients @ key
            grad_key.baddbmm_(gradients.mT, query[:, rows])
            grad_value.baddbmm_(weights.mul_(kept).mT, grad[:, rows])
        return grad_query, grad_key, grad_value, None


def _chunks(query: Tensor, key: Tensor) -> Iterator[tuple[slice, Tensor]]:
    """Slices of rows of the map, each with three buffers (B * heads, rows, M) that all of them share."""
    maps, length, others = len(query), query.shape[1], key.shape[1]
    size = min(length, max(1, CHUNK // (maps * others)))
    buffers = query.new_empty(3, maps, size, others)
    for start in range(0, length, size):
        rows = slice(start, min(start + size, length))
        count = rows.stop - start
        yield rows, buffers.flatten(1)[:, : maps * count * others].unflatten(1, (maps, count, others))
