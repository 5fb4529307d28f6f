"""Refuses numbers with which no training or test can be run."""

import math
from collections.abc import Sequence
from numbers import Real
from typing import Any

from mmengine.config import Config
from mmengine.device import get_device
from mmengine.optim import AmpOptimWrapper

from ..utils.errors import InputError

SEEDS = 2**32 - 2**16  # NumPy takes seeds below 2^32, and data loaders add their numbers to them


def check_numbers(cfg: Config, loops: Sequence[str]) -> None:
    """Refuse sizes of batches, lengths, learning rates and seeds that cannot be, and half precision without a GPU.

    Args:
        cfg: A runner's.
        loops: Which of 'train', 'val' and 'test' will be run.

    Raises:
        InputError: Naming file and key.
    """
    for loop in loops:
        _check_loader(cfg, f'{loop}_dataloader')
    seed = (cfg.get('randomness') or {}).get('seed')
    if seed is not None and not (_is_whole(seed) and 0 <= seed < SEEDS):
        _refuse(cfg, 'randomness.seed', seed, f'must be a whole number from 0 to {SEEDS - 1}, or None')
    if 'train' in loops:
        _check_loop(cfg)
        _check_optimisation(cfg)


def _check_loader(cfg: Config, name: str) -> None:
    loader = cfg.get(name)
    if not isinstance(loader, dict):
        return
    if not loader.get('batch_sampler'):
        _whole(cfg, f'{name}.batch_size', loader.get('batch_size', 1), 1)
    workers = loader.get('num_workers', 0)
    _whole(cfg, f'{name}.num_workers', workers, 0)
    _whole(cfg, f'{name}.num_batch_per_epoch', loader.get('num_batch_per_epoch'), 1)
    if not workers:
        for key in ('persistent_workers', 'prefetch_factor'):
            if loader.get(key):
                _refuse(
                    cfg, f'{name}.{key}', loader[key], f'needs num_workers of at least 1; set {name}.{key}={_off(key)}'
                )


def _check_loop(cfg: Config) -> None:
    loop = cfg.get('train_cfg')
    if not isinstance(loop, dict):
        return
    for key in ('max_epochs', 'max_iters', 'val_interval'):
        if key in loop and not (_is_number(loop[key]) and loop[key] >= 1):
            _refuse(cfg, f'train_cfg.{key}', loop[key], 'must be at least 1')
        if key in loop and key != 'val_interval' and loop[key] % 1 != 0:
            _refuse(cfg, f'train_cfg.{key}', loop[key], 'must be a whole number')


def _check_optimisation(cfg: Config) -> None:
    wrapper = cfg.get('optim_wrapper')
    if not isinstance(wrapper, dict):
        return
    if wrapper.get('type') in ('AmpOptimWrapper', AmpOptimWrapper) and get_device() in ('cpu', 'mps'):
        _refuse(cfg, 'optim_wrapper.type', 'AmpOptimWrapper', 'mixed precision (--amp) needs a GPU, and here is none')
    _whole(cfg, 'optim_wrapper.accumulative_counts', wrapper.get('accumulative_counts'), 1)
    _whole(cfg, 'auto_scale_lr.base_batch_size', (cfg.get('auto_scale_lr') or {}).get('base_batch_size'), 1)
    norm = (wrapper.get('clip_grad') or {}).get('max_norm', 1)
    if not (_is_number(norm) and norm > 0):
        _refuse(cfg, 'optim_wrapper.clip_grad.max_norm', norm, 'must be a number above 0')
    optimizer = wrapper.get('optimizer')
    for key, value in optimizer.items() if isinstance(optimizer, dict) else ():
        place = f'optim_wrapper.optimizer.{key}'
        if key == 'lr' and value is not None and not _is_number(value):
            _refuse(cfg, place, value, 'must be a number')
        if _is_number(value) and not math.isfinite(value) or key == 'lr' and value is not None and value < 0:
            _refuse(cfg, place, value, 'must be a finite number of at least 0' if key == 'lr' else 'must be finite')


def _whole(cfg: Config, place: str, value: Any, least: int) -> None:
    """Refuse what is no whole number from ``least`` on, if it is given."""
    if value is not None and not (_is_whole(value) and value >= least):
        _refuse(cfg, place, value, f'must be a whole number of at least {least}')


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _off(key: str) -> str:
    return 'False' if key == 'persistent_workers' else 'None'


def _refuse(cfg: Config, place: str, value: Any, reason: str) -> None:
    file = f'{cfg.filename}: ' if cfg.filename else ''
    raise InputError(f'{file}{place}={value!r}: {reason}')
