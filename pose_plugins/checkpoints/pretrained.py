"""Where the weights of a config come from: ``init_cfg=dict(type='Pretrained', checkpoint=SOURCE)`` and ``load_from=SOURCE``.

mmengine's ``CheckpointLoader`` knows sources by their scheme. Those here take the place of its own, because everything is
read as data (``read_checkpoint``), and what cannot be had is told at once and in one line; ``timm://`` is new. What mmengine
has beside them, such as ``s3://``, stays as it is. The loaders give tensors on the CPU, whatever ``map_location`` says;
mmengine copies them from there.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mmengine.runner import (
    CheckpointLoader,
    get_deprecated_model_names,
    get_external_models,
    get_mmcls_models,
    get_torchvision_models,
)
from mmengine.runner.checkpoint import _get_mmengine_home

from ..utils.errors import InputError, similar
from . import mobilenet_v2
from .download import cached_path, fetch
from .packaged_models import read_packaged
from .safe import read_checkpoint, weights_of
from .timm_hub import backbone_weights, timm_file

Checkpoint = dict[str, Any]


def read_source(source: str | Path) -> Checkpoint:
    """Read weights from wherever they are, into the cache first if that is the network.

    Args:
        source: A file, or an address of a scheme that mmengine's ``CheckpointLoader`` knows.

    Returns:
        The checkpoint, on the CPU.

    Raises:
        InputError: If they cannot be had, or are no weights.
    """
    if not str(source):
        raise InputError('no source of weights is named')
    try:
        return CheckpointLoader.load_checkpoint(str(source), map_location='cpu', logger='silent')
    except (ImportError, AssertionError) as error:  # of mmengine's own loaders, which want packages or names of theirs
        raise InputError(f'{source}: {" ".join(str(error).split())}') from None


def register_sources() -> None:
    """Let mmengine load weights from the sources of this module."""
    for loader, schemes in LOADERS.items():
        CheckpointLoader.register_scheme(schemes, loader, force=True)


def load_from_local(source: str, map_location: Any = None) -> Checkpoint:
    """A file. mmengine comes here with everything whose scheme it does not know.

    Raises:
        InputError: If there is no such file or scheme, or it is damaged or no checkpoint.
    """
    if '://' in source:
        known = sorted(scheme for schemes in LOADERS.values() for scheme in schemes if scheme)
        raise InputError(f'{source}: no such source of weights; a file, or one of {", ".join(known)}')
    return _named(read_checkpoint(Path(source).expanduser()))


def load_from_http(source: str, map_location: Any = None) -> Checkpoint:
    """A file of the network, or of torch's cache if it is there (``cached_path``).

    Raises:
        InputError: If it cannot be fetched, or is damaged or no checkpoint.
    """
    path = cached_path(source)
    fetch(source, path)
    return _named(_read_cached(path))


def load_from_torchvision(source: str, map_location: Any = None) -> Checkpoint:
    """torchvision's weights of a model; MobileNetV2's get the names of MMPose's.

    Raises:
        InputError: If torchvision has none of that name, and as ``load_from_http``.
    """
    name = _name(source)
    weights = load_from_http(_address(source, get_torchvision_models()))
    if name.split('.')[0] != 'mobilenet_v2':
        return weights
    try:
        return mobilenet_v2.convert(weights_of(weights))
    except InputError as error:
        raise InputError(f'{source}: {error}') from None


def load_from_openmmlab(source: str, map_location: Any = None) -> Checkpoint:
    """A checkpoint that mmengine has a short name of, or the user in ``open_mmlab.json``.

    Raises:
        InputError: If there is no such name, and as ``load_from_http``.
    """
    addresses = get_external_models()
    addresses |= {old: addresses[new] for old, new in get_deprecated_model_names().items() if new in addresses}
    address = _address(source, addresses)
    if '://' in address:
        return load_from_http(address)
    return load_from_local(str(Path(_get_mmengine_home(), address)))


def load_from_mmcls(source: str, map_location: Any = None) -> Checkpoint:
    """The backbone of a classifier of MMPretrain.

    Raises:
        InputError: If there is no such name, and as ``load_from_http``.
    """
    weights = weights_of(load_from_http(_address(source, get_mmcls_models())))
    prefix = 'backbone.'
    state = {key.removeprefix(prefix): weights[key] for key in weights if key.startswith(prefix)}
    if not state:
        raise InputError(f'{source}: holds no weights of a backbone, whose names begin with {prefix}')
    return dict(state_dict=state)


def load_from_timm(source: str, map_location: Any = None) -> Checkpoint:
    """timm's weights of a model, less HRNet's classifier.

    Raises:
        InputError: If they cannot be had (see ``timm_file``), or are damaged.
    """
    name = _name(source)
    return backbone_weights(name, _read_cached(timm_file(name)))


def load_from_package(source: str, map_location: Any = None) -> Checkpoint:
    """The weights of a model that comes with the package.

    Raises:
        InputError: As ``read_packaged``.
    """
    return dict(state_dict=read_packaged(_name(source)))


LOADERS: dict[Callable[..., Checkpoint], tuple[str, ...]] = {
    load_from_local: ('',),
    load_from_http: ('http://', 'https://'),
    load_from_torchvision: ('torchvision://', 'modelzoo://'),
    load_from_openmmlab: ('openmmlab://', 'open-mmlab://'),
    load_from_mmcls: ('mmcls://',),
    load_from_timm: ('timm://',),
    load_from_package: ('pose_plugins://',),
}


def _name(source: str) -> str:
    return source.split('://')[-1]


def _address(source: str, addresses: Mapping[str, str]) -> str:
    """The address, or the file, that stands for a source's name."""
    name = _name(source)
    if name not in addresses:
        raise InputError(f'{source}: no such weights{similar(name, addresses)}')
    return addresses[name]


def _named(checkpoint: Checkpoint) -> Checkpoint:
    """With its weights under 'state_dict', if they are under 'model', where mmengine would not find them, in silence."""
    if isinstance(checkpoint.get('state_dict'), dict) or not isinstance(checkpoint.get('model'), dict):
        return checkpoint
    return {**{key: value for key, value in checkpoint.items() if key != 'model'}, 'state_dict': checkpoint['model']}


def _read_cached(path: Path) -> Checkpoint:
    """Read a file that was downloaded, now or before."""
    try:
        return read_checkpoint(path)
    except InputError as error:
        raise InputError(f'{error}; remove it, and it is fetched again') from None
