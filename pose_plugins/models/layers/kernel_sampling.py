"""By whose code deformable attention samples: this package's, which runs anywhere, or mmcv's CUDA kernel."""

import time
from functools import cache, partial

import torch
from mmcv.ops import get_compiling_cuda_version
from mmcv.ops.multi_scale_deform_attn import MultiScaleDeformableAttnFunction
from torch import Tensor

from ...utils.arguments import one_of
from ...utils.errors import InputError
from .constants import is_traced, kept
from .precision import at_least_float32, full_precision
from .sampling import Sampler, Shapes, level_starts, sample_levels

SAMPLINGS = ('auto', 'mmcv', 'pytorch')
TRIED = 8  # pictures of a batch in a trial of both ways, at most


def sampler(sampling: str) -> Sampler:
    """The function of a way to sample.

    Args:
        sampling: 'pytorch', ``sample_levels``; 'mmcv', mmcv's CUDA kernel; or 'auto', ``sample_fastest``.

    Raises:
        InputError: If it is none of them, or the kernel is asked for and mmcv was built without.
    """
    one_of(SAMPLINGS, sampling=sampling)
    if sampling == 'mmcv' and not has_kernel():
        raise InputError(
            "sampling='mmcv': this mmcv was built without CUDA; build it with, or take 'auto' or 'pytorch'"
        )
    return {'auto': sample_fastest, 'mmcv': sample_by_kernel, 'pytorch': sample_levels}[sampling]


@cache
def has_kernel() -> bool:
    """Whether mmcv was built with its CUDA kernels."""
    return 'not available' not in get_compiling_cuda_version().lower()


def sample_fastest(values: Tensor, shapes: Shapes, points: Tensor, weights: Tensor) -> Tensor:
    """``sample_levels``; on a GPU by mmcv's kernel if that is there and, in a trial of both for the first tensors of each
    size, faster. Not where deterministic algorithms are asked for: the kernel sums gradients in any order."""
    sample: Sampler = sample_levels
    fixed = torch.are_deterministic_algorithms_enabled() or is_traced()
    if values.is_cuda and not fixed and has_kernel():
        learns = torch.is_grad_enabled() and any(of.requires_grad for of in (values, points, weights))
        batch = min(TRIED, len(values))  # in less memory than all of it
        sample = _faster(batch, values.shape[2:], tuple(shapes), points.shape[1:5], learns, values.device)
    return sample(values, shapes, points, weights)


def sample_by_kernel(values: Tensor, shapes: Shapes, points: Tensor, weights: Tensor) -> Tensor:
    """``sample_levels`` by mmcv's CUDA kernel.

    Raises:
        InputError: If the tensors are not on a GPU.
    """
    if not values.is_cuda:
        raise InputError(f"sampling='mmcv': is for a GPU, and the model is on {values.device}; take 'auto'")
    batch, _, groups, channels = values.shape
    queries, heads = points.shape[1:3]
    if groups < heads:  # the heads read the same values: each reads like a query of its own, of one head
        points, weights = points.flatten(1, 2)[:, :, None], weights.flatten(1, 2)[:, :, None]
    with full_precision(values):
        values = at_least_float32(values)
        sums = MultiScaleDeformableAttnFunction.apply(
            values.contiguous(),
            level_shapes(tuple(shapes), values.device),
            level_starts(tuple(shapes), 1, values.device, torch.long),
            points.to(values).contiguous(),
            weights.to(values).contiguous(),
            batch,  # pictures at once
        )
    return sums.view(batch, queries, heads, channels)


@kept
def level_shapes(shapes: Shapes, device: torch.device) -> Tensor:
    """Height and width of each level, (L, 2)."""
    return torch.tensor(shapes).to(device)


@cache
def _faster(
    batch: int, groups: torch.Size, shapes: Shapes, reads: torch.Size, learns: bool, device: torch.device
) -> Sampler:
    """Which way is faster for values (B, S, *groups) and points (B, *reads, 2), tried on random ones."""
    random = partial(torch.rand, device=device, generator=torch.Generator(device).manual_seed(0))
    count = sum(height * width for height, width in shapes)
    tensors = [random(batch, *size) for size in ((count, *groups), (*reads, 2), reads)]
    seconds: dict[Sampler, float] = {}
    with torch.inference_mode(False), torch.set_grad_enabled(learns):
        values, points, weights = (tensor.clone().requires_grad_(learns) for tensor in tensors)
        for sample in (sample_by_kernel, sample_levels) * 4:
            _wait(device)
            start = time.perf_counter()
            sums = sample(values, shapes, points, weights)
            if learns:
                torch.autograd.grad(sums.sum(), (values, points, weights))
            _wait(device)
            seconds[sample] = min(seconds.get(sample, float('inf')), time.perf_counter() - start)
    return min(seconds, key=lambda sample: seconds[sample])


def _wait(device: torch.device) -> None:
    """Until a GPU has done what it was given."""
    if device.type == 'cuda':
        torch.cuda.synchronize(device)
