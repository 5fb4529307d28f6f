"""Turning the authors' published checkpoints into checkpoints for our configs."""

from pathlib import Path

import torch
from mmengine.config import Config
from mmpose.models import build_pose_estimator
from mmpose.utils import register_all_modules

from ..config import config_dir
from ..utils.errors import InputError
from . import alphapose, hrnet, poseur, transpose
from .choice import Conversion
from .safe import check_fit, read_checkpoint, weights_of

# One module a source, with ``choose_config(state)`` and ``convert(key, value)``, whose key is None for what our model does
# not store.
SOURCES = {'hrnet': hrnet, 'transpose': transpose, 'alphapose': alphapose, 'poseur': poseur}


def convert_checkpoint(src, dst, source):
    """Convert a checkpoint; nothing is written unless every key fits.

    Args:
        src (str | Path): The published file: a state dict, bare or under ``state_dict`` or ``model``, its keys with or
            without ``module.`` before them.
        dst (str | Path): The file to write; a file that is there already is replaced.
        source (str): One of ``SOURCES``.

    Returns:
        Conversion: The configs that the result is for, and the options that they need.

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
    choice = SOURCES[source].choose_config(weights)
    if choice is None:
        raise InputError(
            f'{src}: not a published checkpoint of {source}: its keys and shapes are of no model that we have a config '
            f'for; it begins with {", ".join(list(weights)[:3])}'
        )
    configs = sorted(config_dir().glob(choice.pattern))
    state = dict(SOURCES[source].convert(key, value) for key, value in weights.items())
    state.pop(None, None)
    check_fit(_build(configs[0], choice.options), state, src, limit=None)
    meta = dict(converted_from=f'{source}: {src.name}', configs=[config.name for config in configs])
    meta['options'] = choice.options
    partial = dst.with_name(dst.name + '.partial')
    torch.save(dict(state_dict=state, meta=meta), partial)
    partial.replace(dst)
    return Conversion(configs, choice.options)


def _build(config, options):
    """The model of a config, with random weights."""
    register_all_modules()
    cfg = Config.fromfile(config)
    cfg.merge_from_dict(options)
    cfg.model.backbone.init_cfg = None
    return build_pose_estimator(cfg.model)
