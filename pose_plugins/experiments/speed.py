"""Time and memory of inference and of a training step, with attention as it is here and in a plain way, side by side."""

import copy
import ctypes
import gc
import re
import statistics
import time
from collections import defaultdict
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from unittest.mock import patch

import torch
from mmcv.ops.multi_scale_deform_attn import multi_scale_deformable_attn_pytorch
from mmpose.models import build_pose_estimator
from torch.nn import functional as F
from tqdm import tqdm

from ..models.layers import DeformableAttention, deformable_attention, record_attention
from ..utils.errors import InputError


def benchmark(cfg, batch_size=4, repeats=9, device='cpu', channels_last=False):
    """Measure a model on random pictures.

    Each path runs once to warm up; then the paths take turns, so that what else the machine does meets all of them alike.
    A training step is forward, backward with a gradient of ones on the output, and no optimizer.

    Args:
        cfg (Config): The model's config, with ``codec.input_size``.
        batch_size (int): Pictures in a batch. Default: 4.
        repeats (int): How often each path is measured. Default: 9.
        device (str): Where. Default: 'cpu'.
        channels_last (bool): Whether convolutions work in that memory format. Default: False.

    Returns:
        list[dict]: For inference, for what of it comes after the backbone and after the neck, and for training, with each
        path of attention: 'fused', this package's, and with the same weights a plain one: 'maps', the way of
        ``nn.MultiheadAttention(need_weights=True)``; 'copies', which samples a copy of the memory for each head (Poseur);
        'mmcv', mmcv's deformable attention for the CPU (TFPose); or 'none' alone for a model without attention layers of this
        package. ``mode``, ``attention``, ``milliseconds`` (the median), ``peak_megabytes`` (what the pass adds to the memory
        held before; None if the system does not tell).

    Raises:
        InputError: If a number is not positive, or there is no such device.
    """
    if batch_size < 1 or repeats < 1:
        raise InputError(f'batch size and repeats must be at least 1, not {batch_size} and {repeats}')
    model_cfg = copy.deepcopy(cfg.model)
    model_cfg.backbone.init_cfg = None
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:  # torch's for a device that is not there
        raise InputError(f'device {device}: cannot be used: {str(error).splitlines()[0]}') from None
    memory_format = torch.channels_last if channels_last else torch.contiguous_format
    model = build_pose_estimator(model_cfg).to(device, memory_format=memory_format)
    width, height = cfg.codec.input_size
    images = torch.randn(batch_size, 3, height, width, device=device).to(memory_format=memory_format)
    paths = _paths(model)
    with torch.no_grad():
        features = model.eval().backbone(images)
    passes = {'inference': partial(_infer, model, images), 'neck and head': partial(_infer_head, model, features)}
    if model.with_neck:
        with torch.no_grad():
            passes['head'] = partial(_infer_head, model, model.neck(features), neck=False)
    passes['training step'] = partial(_train, model, images)
    seconds, memory = defaultdict(list), {}
    with tqdm(total=len(passes) * len(paths) * (repeats + 2), unit='run', leave=False) as bar:
        for mode, run in passes.items():
            for repeat in range(-1, repeats + 1):  # warm-up, memory, then times
                for name, path in paths.items():
                    bar.set_description(f'{mode}, {name}')
                    with path():
                        if repeat > 0:
                            seconds[mode, name].append(_seconds(run, images.device))
                        elif repeat == 0:
                            memory[mode, name] = _peak_memory(run, images.device)
                        else:
                            run()
                    bar.update()
    return [
        dict(
            mode=mode,
            attention=name,
            milliseconds=1000 * statistics.median(seconds[mode, name]),
            peak_megabytes=memory[mode, name],
        )
        for mode, name in seconds
    ]


def _paths(model):
    """Ways to compute a model's attention: name -> context in which it is computed so; the plain one last."""
    orders = {module.project for module in model.modules() if isinstance(module, DeformableAttention)}
    if orders:
        name, plain = ('copies', sample_copies) if 'after' in orders else ('mmcv', sample_mmcv)
        return {'fused': nullcontext, name: lambda: patch.object(deformable_attention, 'sample_levels', plain)}
    with record_attention(model) as layers:
        return (
            dict(fused=nullcontext, maps=lambda: record_attention(model, keep=0)) if layers else dict(none=nullcontext)
        )


def sample_copies(values, shapes, points, weights):
    """``sample_levels`` in the plain way: a copy of the values for each head, and every sample held."""
    batch, _, _, channels = values.shape
    queries, heads = points.shape[1:3]
    values = values.expand(-1, -1, heads, -1)
    sums, start = 0, 0
    for level, (height, width) in enumerate(shapes):
        plane = values[:, start : start + height * width].permute(0, 2, 3, 1).reshape(-1, channels, height, width)
        grid = points[:, :, :, level].transpose(1, 2).flatten(0, 1) * 2 - 1  # (B * heads, Q, P, 2)
        samples = F.grid_sample(plane, grid, align_corners=False)  # (B * heads, D, Q, P)
        weight = weights[:, :, :, level].transpose(1, 2).flatten(0, 1)[:, None]
        sums = sums + (samples * weight).sum(-1).view(batch, heads, channels, queries).permute(0, 3, 1, 2)
        start += height * width
    return sums  # (B, Q, heads, D)


def sample_mmcv(values, shapes, points, weights):
    """``sample_levels`` by mmcv's function for the CPU."""
    sampled = multi_scale_deformable_attn_pytorch(values, torch.tensor(shapes), points, weights)
    return sampled.unflatten(-1, values.shape[2:])  # (B, Q, heads, D)


def table(rows):
    """The measurements as a Markdown table, with ratios to the last path of each mode.

    Args:
        rows (list[dict]): Of ``benchmark``.

    Returns:
        str: The table.
    """
    lines = ['| | attention | median | peak memory |', '| --- | --- | --- | --- |']
    for row in rows:
        last = [other for other in rows if other['mode'] == row['mode']][-1]
        cells = [
            _cell(row[key], unit, '' if row is last else last['attention'], last[key])
            for key, unit in (('milliseconds', 'ms'), ('peak_megabytes', 'MB'))
        ]
        lines.append(f'| {row["mode"]} | {row["attention"]} | {" | ".join(cells)} |')
    return '\n'.join(lines)


def _cell(value, unit, other, reference):
    """A measurement, and its ratio to that of another path if there is one."""
    if value is None:
        return 'not known'
    return f'{value:.0f} {unit}' + (f' ({value / reference:.2f} of {other})' if other and reference else '')


def _infer(model, images):
    model.eval()
    with torch.no_grad():
        model(images, None, mode='tensor')


def _infer_head(model, features, neck=True):
    model.eval()
    with torch.no_grad():
        model.head(model.neck(features) if neck and model.with_neck else features)


def _train(model, images):
    model.train()
    outputs = model(images, None, mode='tensor')
    outputs = outputs.values() if isinstance(outputs, dict) else outputs
    outputs = [outputs] if isinstance(outputs, torch.Tensor) else outputs
    sum(output.sum() for output in outputs).backward()
    model.zero_grad()


def _seconds(run, device):
    _synchronize(device)
    start = time.perf_counter()
    run()
    _synchronize(device)
    return time.perf_counter() - start


def _synchronize(device):
    if device.type == 'cuda':
        torch.cuda.synchronize(device)


def _peak_memory(run, device):
    """Megabytes that a pass adds at its peak: PyTorch's count on a GPU, the process's resident memory on Linux, else None."""
    gc.collect()
    if device.type == 'cuda':
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        run()
        return (torch.cuda.max_memory_allocated(device) - before) / 2**20
    reset = Path('/proc/self/clear_refs')
    if not reset.exists():
        run()
        return None
    ctypes.CDLL(None).malloc_trim(0)  # gives memory that is free already back, so that it counts when it is used again
    reset.write_text('5')  # the peak starts again from what is held now
    before = _resident('VmRSS')
    run()
    return _resident('VmHWM') - before


def _resident(field):
    """A field of this process's status in megabytes."""
    return int(re.search(rf'{field}:\s+(\d+) kB', Path('/proc/self/status').read_text())[1]) / 1024
