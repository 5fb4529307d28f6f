"""Turns the authors' published checkpoints into checkpoints for our configs."""

from pathlib import Path
from typing import Any, NamedTuple, Protocol

import torch
from mmengine.config import Config
from mmengine.model import BaseModel
from mmpose.models import build_pose_estimator
from mmpose.utils import register_all_modules

from ..config import config_dir
from ..utils.arguments import one_of
from ..utils.errors import InputError
from ..utils.files import whole_file
from . import alphapose, hrnet, poseur, transpose
from .fitting_configs import FittingConfigs
from .safe import check_fit, read_checkpoint, weights_of


class Source(Protocol):
    """A module that knows the checkpoints of one method's authors."""

    def choose_config(self, state: dict[str, torch.Tensor]) -> FittingConfigs | None:
        """The configs for the authors' state dict; None if it is of no model that we have."""

    def convert(self, key: str, value: torch.Tensor) -> tuple[str | None, torch.Tensor]:
        """Our name and value of one of the authors' weights; no name for what our models do not store."""


SOURCES: dict[str, Source] = {'hrnet': hrnet, 'transpose': transpose, 'alphapose': alphapose, 'poseur': poseur}


class Conversion(NamedTuple):
    """The use of a converted checkpoint.

    Attributes:
        configs: One config, or several whose weights look alike.
        options: Those that ``--cfg-options`` has to give them.
    """

    configs: list[Path]
    options: dict[str, Any]


def convert_checkpoint(src: str | Path, dst: str | Path, source: str) -> Conversion:
    """Convert a checkpoint; nothing is written unless every key fits.

    Args:
        src: The published file: a state dict, bare or under ``state_dict`` or ``model``, its keys with or without ``module.``
            before them.
        dst: The file to write; a file that is there already is replaced.
        source: One of ``SOURCES``.

    Returns:
        The configs that the result is for, and the options that they need.

    Raises:
        InputError: If the file cannot be read or is of a model that we have no config for, naming all keys that are missing,
            unexpected or misshapen, or if the result cannot be written.
    """
    src, dst = Path(src), Path(dst)
    one_of(SOURCES, source=source)
    if src.resolve() == dst.resolve():
        raise InputError(f'{dst}: is the file to convert, give another name for the result')
    if not dst.parent.is_dir():
        raise InputError(f'{dst.parent}: no such folder')
    weights = weights_of(read_checkpoint(src))
    weights = {key.removeprefix('module.'): value for key, value in weights.items()}
    foreign = [str(key) for key, value in weights.items() if not isinstance(value, torch.Tensor)]
    if foreign:
        raise InputError(f'{src}: holds other things than weights: {", ".join(foreign)}')
    fitting = SOURCES[source].choose_config(weights)
    if fitting is None:
        raise InputError(
            f'{src}: not a published checkpoint of {source}: its keys and shapes are of no model that we have a config '
            f'for; it begins with {", ".join(list(weights)[:3])}'
        )
    configs = sorted(config_dir().glob(fitting.pattern))
    converted = (SOURCES[source].convert(key, value) for key, value in weights.items())
    state = {key: value for key, value in converted if key is not None}
    check_fit(_build(configs[0], fitting.options), state, src, limit=None)
    meta = dict(
        converted_from=f'{source}: {src.name}', configs=[config.name for config in configs], options=fitting.options
    )
    with whole_file(dst) as partial, partial.open('wb') as file:
        torch.save(dict(state_dict=state, meta=meta), file)
    return Conversion(configs, fitting.options)


def _build(config: Path, options: dict[str, Any]) -> BaseModel:
    """The model of a config, with random weights."""
    register_all_modules()
    cfg = Config.fromfile(config)
    cfg.merge_from_dict(options)
    cfg.model.backbone.init_cfg = None
    return build_pose_estimator(cfg.model)
