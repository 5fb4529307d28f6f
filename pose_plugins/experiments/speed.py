"""Measures time and memory of inference and of a training step, with attention as it is here and in a plain way."""

import copy
import ctypes
import gc
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmpose.models import TopdownPoseEstimator, build_pose_estimator
from torch import Tensor
from tqdm import tqdm

from ..config import failures_explained
from ..inference.model import check_device
from ..utils.arguments import at_least
from ..utils.errors import InputError
from ..utils.tables import Rows
from .plain_attention import ways_of_attention


@dataclass
class Timing:
    """Time and memory of one part of a model.

    Attributes:
        mode: 'inference'; 'neck and head' or 'head', what of it comes after the backbone and after the neck; or
            'training step'.
        attention: Of ``ways_of_attention``.
        milliseconds: The median.
        peak_megabytes: What the pass adds to the memory held before; None if the system does not tell.
    """

    mode: str
    attention: str
    milliseconds: float
    peak_megabytes: float | None


def benchmark(
    cfg: Config, batch_size: int = 4, repeats: int = 9, device: str = 'cpu', channels_last: bool = False
) -> list[Timing]:
    """Measure a model on random pictures.

    Each way of attention runs once to warm up; then the ways take turns, so that what else the machine does meets all of them
    alike. A training step is forward, backward with a gradient of ones on the output, and no optimizer.

    Args:
        cfg: The model's config, with ``codec.input_size``.
        batch_size: Pictures in a batch.
        repeats: How often each way is measured.
        device: Where.
        channels_last: Whether convolutions work in that memory format.

    Returns:
        One for each mode and way of attention, with the same weights.

    Raises:
        InputError: If a number is not positive, there is no such device, or the model cannot be built.
    """
    at_least(1, batch_size=batch_size, repeats=repeats)
    if not cfg.get('model') or not (cfg.get('codec') or {}).get('input_size'):
        raise InputError(f'{cfg.filename}: has no model, or no codec.input_size that says how large its pictures are')
    model_cfg = copy.deepcopy(cfg.model)
    if model_cfg.get('backbone'):
        model_cfg.backbone.init_cfg = None
    check_device(device)
    memory_format = torch.channels_last if channels_last else torch.contiguous_format
    with failures_explained(cfg):
        model = build_pose_estimator(model_cfg).to(device, memory_format=memory_format)
    width, height = cfg.codec.input_size
    images = torch.randn(batch_size, 3, height, width, device=device).to(memory_format=memory_format)
    ways = ways_of_attention(model)
    with torch.no_grad():
        features = model.eval().backbone(images)
    passes = {'inference': partial(_infer, model, images), 'neck and head': partial(_infer_head, model, features)}
    if model.with_neck:
        with torch.no_grad():
            passes['head'] = partial(_infer_head, model, model.neck(features), neck=False)
    passes['training step'] = partial(_train, model, images)
    seconds, memory = defaultdict(list), {}
    with tqdm(total=len(passes) * len(ways) * (repeats + 2), unit='run', leave=False) as bar:
        for mode, work in passes.items():
            for repeat in range(-1, repeats + 1):  # warm-up, memory, then times
                for name, way in ways.items():
                    bar.set_description(f'{mode}, {name}')
                    with way():
                        if repeat > 0:
                            seconds[mode, name].append(measure_seconds(work, images.device))
                        elif repeat == 0:
                            memory[mode, name] = measure_memory(work, images.device)
                        else:
                            work()
                    bar.update()
    return [
        Timing(mode, name, 1000 * statistics.median(taken), memory[mode, name])
        for (mode, name), taken in seconds.items()
    ]


def speed_table(rows: list[Timing]) -> Rows:
    """The measurements as a table, with ratios to the last way of each mode.

    Args:
        rows: Of ``benchmark``.

    Returns:
        The table.
    """
    table = [['', 'attention', 'median', 'peak memory']]
    for row in rows:
        last = [other for other in rows if other.mode == row.mode][-1]
        other = '' if row is last else last.attention
        table.append(
            [
                row.mode,
                row.attention,
                _cell(row.milliseconds, 'ms', other, last.milliseconds),
                _cell(row.peak_megabytes, 'MB', other, last.peak_megabytes),
            ]
        )
    return table


def _cell(value: float | None, unit: str, other: str, reference: float | None) -> str:
    """A measurement, and its ratio to that of another way if there is one."""
    if value is None:
        return 'not known'
    return f'{value:.0f} {unit}' + (f' ({value / reference:.2f} of {other})' if other and reference else '')


def _infer(model: TopdownPoseEstimator, images: Tensor) -> None:
    model.eval()
    with torch.no_grad():
        model(images, None, mode='tensor')


def _infer_head(model: TopdownPoseEstimator, features: tuple[Tensor, ...], neck: bool = True) -> None:
    model.eval()
    with torch.no_grad():
        model.head(model.neck(features) if neck and model.with_neck else features)


def _train(model: TopdownPoseEstimator, images: Tensor) -> None:
    model.train()
    outputs = model(images, None, mode='tensor')
    torch.stack([output.sum() for output in _tensors(outputs)]).sum().backward()
    model.zero_grad()


def _tensors(outputs: Any) -> Iterator[Tensor]:
    """The floating-point tensors of a model's output, which may be dicts and lists of them."""
    if isinstance(outputs, Tensor):
        if outputs.requires_grad:
            yield outputs
    elif isinstance(outputs, (dict, list, tuple)):
        for output in outputs.values() if isinstance(outputs, dict) else outputs:
            yield from _tensors(output)


def measure_seconds(run: Callable[[], None], device: torch.device) -> float:
    _synchronize(device)
    start = time.perf_counter()
    run()
    _synchronize(device)
    return time.perf_counter() - start


def _synchronize(device: torch.device) -> None:
    if device.type == 'cuda':
        torch.cuda.synchronize(device)


def measure_memory(run: Callable[[], None], device: torch.device) -> float | None:
    """Megabytes that a pass adds at its peak: PyTorch's count on a GPU, the process's resident memory on Linux, else None."""
    gc.collect()
    if device.type == 'cuda':
        torch.cuda.reset_peak_memory_stats(device)
        allocated = torch.cuda.memory_allocated(device)
        run()
        return (torch.cuda.max_memory_allocated(device) - allocated) / 2**20
    reset = Path('/proc/self/clear_refs')
    if not reset.exists():
        run()
        return None
    ctypes.CDLL(None).malloc_trim(0)  # gives memory that is free already back, so that it counts when it is used again
    reset.write_text('5')  # the peak starts again from what is held now
    before = _resident('VmRSS')
    run()
    return _resident('VmHWM') - before


def _resident(field: str) -> float:
    """A field of this process's status in megabytes."""
    (kilobytes,) = re.findall(rf'{field}:\s+(\d+) kB', Path('/proc/self/status').read_text())
    return int(kilobytes) / 1024
