"""Turning the authors' published checkpoints into checkpoints for our configs."""

from pathlib import Path

import torch
from mmengine.config import Config
from mmpose.models import build_pose_estimator
from mmpose.utils import register_all_modules

from ..errors import InputError
from ..paths import config_dir
from . import hrnet, transpose
from .safe import check_fit, read_checkpoint, weights_of

# One module a source, with ``choose_config(state)`` and ``rename(key)``, which gives None for what our model does not store.
SOURCES = {'hrnet': hrnet, 'transpose': transpose}


def convert_checkpoint(src, dst, source):
    """Convert a checkpoint; nothing is written unless every key fits.

    Args:
        src (str | Path): The published file: a state dict, bare or under ``state_dict`` or ``model``, its keys with or
            without ``module.`` before them.
        dst (str | Path): The file to write; a file that is there already is replaced.
        source (str): One of ``SOURCES``.

    Returns:
        Path: The config that the result is for.

    Raises:
        InputError: If the file cannot be read or is of a model that we have no config for, or naming all keys that are
            missing, unexpected or misshapen.
    """
    src, dst = Path(src), Path(dst)
    if source not in SOURCES:
        raise InputError(f'unknown source {source!r}: choose from {", ".join(SOURCES)}')
    if src.resolve() == dst.resolve():
        raise InputError(f'{dst}: is the file to convert, give another name for the result')
    if not dst.parent.is_dir():
        raise InputError(f'{dst.parent}: no such folder')
    weights = weights_of(read_checkpoint(src))
    weights = {key.removeprefix('module.'): value for key, value in weights.items()}
    foreign = [str(key) for key, value in weights.items() if not isinstance(value, torch.Tensor)]
    if foreign:
        raise InputError(f'{src}: holds other things than weights: {", ".join(foreign)}')
    pattern = SOURCES[source].choose_config(weights)
    if pattern is None:
        raise InputError(
            f'{src}: not a published checkpoint of {source}: its keys and shapes are of no model that we have a config '
            f'for; it begins with {", ".join(list(weights)[:3])}'
        )
    (config,) = config_dir().glob(pattern)
    state = {SOURCES[source].rename(key): value for key, value in weights.items()}
    state.pop(None, None)
    check_fit(_build(config), state, src, limit=None)
    partial = dst.with_name(dst.name + '.partial')
    torch.save(
        dict(state_dict=state, meta=dict(converted_from=f'{source}: {src.name}', config_name=config.name)), partial
    )
    partial.replace(dst)
    return config


def _build(config):
    """The model of a config, with random weights."""
    register_all_modules()
    cfg = Config.fromfile(config)
    cfg.model.backbone.init_cfg = None
    return build_pose_estimator(cfg.model)
