"""Turns checkpoints of the methods' authors into checkpoints for our configs, and back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from mmengine.model import BaseModel
from mmpose.models import build_pose_estimator
from mmpose.utils import register_all_modules

from ..config import failures_explained, load_config
from ..utils.arguments import one_of
from ..utils.destinations import check_file
from ..utils.errors import InputError
from ..utils.files import whole_file
from .alphapose import AlphaPoseSource
from .fitting_configs import Conversion
from .hrnet import HRNetSource
from .poseur import PoseurSource
from .safe import check_fit, read_checkpoint, weights_of
from .source import Source, State
from .transpose import TransPoseSource

SOURCES: dict[str, Source] = {
    'hrnet': HRNetSource(),
    'transpose': TransPoseSource(),
    'alphapose': AlphaPoseSource(),
    'poseur': PoseurSource(),
}
# those whose authors' code our checkpoints can be written for
TARGETS = ('hrnet', 'transpose', 'alphapose')


def convert_checkpoint(src: str | Path, dst: str | Path, source: str, config: str | Path | None = None) -> Conversion:
    """Convert a checkpoint of a method's authors into one of ours; nothing is written unless every key fits.

    Args:
        src: The authors' file: a state dict, bare or under ``state_dict`` or ``model``, its keys with or without ``module.``
            before them.
        dst: The file to write; a file that is there already is replaced.
        source: One of ``SOURCES``.
        config: The config of a model of the file's sizes; None chooses among the configs for the published files.

    Returns:
        The configs that the result is for, and the options that they need.

    Raises:
        InputError: If the file cannot be read or is not of the config's model, naming the settings or keys in which they
            differ; without a config, if it is of a model that we have no config for; or if the result cannot be written.
    """
    one_of(SOURCES, source=source)
    weights = _read(src, dst)
    if config is None:
        fitting = SOURCES[source].choose_config(weights)
        conversion = fitting.choose() if fitting else Conversion([], {})
        if not conversion.configs:
            raise InputError(
                f'{src}: not a published checkpoint of {source}: its keys and shapes are of no model that we have a config '
                f'for; it begins with {", ".join(list(weights)[:3])}'
            )
        model = _build(conversion.configs[0], conversion.options, source)
        state = SOURCES[source].convert(weights, model)
        check_fit(model, state, src, limit=None)
    else:
        conversion = Conversion([Path(config)], {})
        model = _build(config, {}, source)
        with _misfit_told(src, config):
            state = SOURCES[source].convert(weights, model)
        _check_fit(source, state, model, src, config)
    meta = dict(
        converted_from=f'{source}: {Path(src).name}',
        configs=[path.name for path in conversion.configs],
        options=conversion.options,
    )
    _write(dict(state_dict=state, meta=meta), dst)
    return conversion


def export_checkpoint(src: str | Path, dst: str | Path, target: str, config: str | Path) -> None:
    """Write the weights of one of our checkpoints as the code of a method's authors reads them: a bare state dict.

    Args:
        src: Our checkpoint, as a training or ``convert_checkpoint`` wrote it.
        dst: The file to write; a file that is there already is replaced.
        target: One of ``TARGETS``.
        config: The checkpoint's config.

    Raises:
        InputError: If the checkpoint cannot be read or is not of the config's model, if the authors' code has no place for
            some of its weights, or if the result cannot be written.
    """
    one_of(TARGETS, target=target)
    state = _read(src, dst)
    model = _build(config, {}, target)
    _check_fit(target, state, model, src, config)
    with _misfit_told(src, config):
        theirs = SOURCES[target].revert(state, model)
    _write(theirs, dst)


def _read(src: str | Path, dst: str | Path) -> State:
    """The weights of a file, when the result can be written."""
    if Path(src).resolve() == Path(dst).resolve():
        raise InputError(f'{dst}: is the file to convert, give another name for the result')
    if not Path(dst).parent.is_dir():
        raise InputError(f'{Path(dst).parent}: no such folder')
    check_file(dst)
    if Path(dst).suffix == '.safetensors':
        raise InputError(f'{dst}: a file of PyTorch is written; name it .pth')
    weights = weights_of(read_checkpoint(src))
    weights = {str(key).removeprefix('module.'): value for key, value in weights.items()}
    foreign = [key for key, value in weights.items() if not isinstance(value, torch.Tensor)]
    if foreign:
        raise InputError(f'{src}: holds other things than weights: {", ".join(foreign)}')
    return weights


def _build(config: str | Path, options: dict[str, Any], source: str) -> BaseModel:
    """The model of a config, with random weights, if it is of the source's kind."""
    cfg = load_config(config, options)
    if not cfg.get('model'):
        raise InputError(f'{config}: has no model')
    register_all_modules()
    with failures_explained(cfg):
        model = build_pose_estimator(cfg.model)
    for part, kind in SOURCES[source].parts.items():
        if not isinstance(getattr(model, part, None), kind):
            raise InputError(
                f'{config}: not a config for {source}: its {part} is {type(getattr(model, part, None)).__name__}, '
                f'not {kind.__name__}'
            )
    return model


def _check_fit(source: str, state: State, model: BaseModel, src: str | Path, config: str | Path) -> None:
    """Refuse a state dict in our names that is not of a config's model, in words of the config where they are known."""
    with _misfit_told(src, config):
        differences = SOURCES[source].differences(state, model)
        if differences:
            raise InputError('; '.join(differences))
    check_fit(model, state, f'{src}: does not fit {config}')


@contextmanager
def _misfit_told(src: str | Path, config: str | Path) -> Iterator[None]:
    """Say which file and config an error is about."""
    try:
        yield
    except InputError as error:
        raise InputError(f'{src}: does not fit {config}: {error}') from None


def _write(content: dict[str, Any], dst: str | Path) -> None:
    with failures_explained(), whole_file(dst) as partial, partial.open('wb') as file:  # torch hides a full disk
        torch.save(content, file)
