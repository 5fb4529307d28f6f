"""Time and memory of inference and of a training step, with fused attention and with attention maps built, side by side."""

import copy
import ctypes
import gc
import re
import statistics
import time
from collections import defaultdict
from contextlib import nullcontext
from pathlib import Path

import torch
from mmpose.models import build_pose_estimator
from tqdm import tqdm

from .errors import InputError
from .models.layers import record_attention


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
        list[dict]: For inference and for training, with each path of attention: 'fused' and 'maps', the way of
        ``nn.MultiheadAttention(need_weights=True)`` with the same weights; or 'none' for a model without attention layers of
        this package. ``mode``, ``attention``, ``milliseconds`` (the median), ``peak_megabytes`` (what the pass adds to the
        memory held before; None if the system does not tell).

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
    with record_attention(model) as layers:
        maps = dict(fused=nullcontext, maps=lambda: record_attention(model, keep=0))
        paths = maps if layers else dict(none=nullcontext)
    passes = {'inference': _infer, 'training step': _train}
    seconds, memory = defaultdict(list), {}
    with tqdm(total=len(passes) * len(paths) * (repeats + 2), unit='run', leave=False) as bar:
        for mode, run in passes.items():
            for repeat in range(-1, repeats + 1):  # warm-up, memory, then times
                for name, path in paths.items():
                    bar.set_description(f'{mode}, {name}')
                    with path():
                        if repeat > 0:
                            seconds[mode, name].append(_seconds(run, model, images))
                        elif repeat == 0:
                            memory[mode, name] = _peak_memory(run, model, images)
                        else:
                            run(model, images)
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


def _train(model, images):
    model.train()
    outputs = model(images, None, mode='tensor')
    outputs = outputs if isinstance(outputs, (tuple, list)) else [outputs]
    sum(output.sum() for output in outputs).backward()
    model.zero_grad()


def _seconds(run, model, images):
    _synchronize(images)
    start = time.perf_counter()
    run(model, images)
    _synchronize(images)
    return time.perf_counter() - start


def _synchronize(images):
    if images.is_cuda:
        torch.cuda.synchronize(images.device)


def _peak_memory(run, model, images):
    """Megabytes that a pass adds at its peak: PyTorch's count on a GPU, the process's resident memory on Linux, else None."""
    gc.collect()
    if images.is_cuda:
        torch.cuda.reset_peak_memory_stats(images.device)
        before = torch.cuda.memory_allocated(images.device)
        run(model, images)
        return (torch.cuda.max_memory_allocated(images.device) - before) / 2**20
    reset = Path('/proc/self/clear_refs')
    if not reset.exists():
        run(model, images)
        return None
    ctypes.CDLL(None).malloc_trim(0)  # gives memory that is free already back, so that it counts when it is used again
    reset.write_text('5')  # the peak starts again from what is held now
    before = _resident('VmRSS')
    run(model, images)
    return _resident('VmHWM') - before


def _resident(field):
    """A field of this process's status in megabytes."""
    return int(re.search(rf'{field}:\s+(\d+) kB', Path('/proc/self/status').read_text())[1]) / 1024
