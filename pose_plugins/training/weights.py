"""Finds out whether the weights can be had that a config starts from, and whether they are those of its network."""

import re
from collections.abc import Iterator
from typing import Any

from mmengine.config import Config
from mmengine.model import PretrainedInit
from torch import nn

from ..checkpoints import check_overlap, read_source
from ..utils.errors import InputError


def check_start(cfg: Config, fine_tuned: bool) -> None:
    """Refuse a ``load_from`` that cannot be had; one of the network is in the cache after that.

    Args:
        cfg: A runner's.
        fine_tuned: Whether a training is to begin with it, and the message is to say how such a checkpoint is come by.

    Raises:
        InputError: If there is no such checkpoint, or it cannot be read.
    """
    checkpoint = cfg.get('load_from')
    if not checkpoint:
        return
    try:
        read_source(checkpoint)
    except InputError as error:
        if not fine_tuned:
            raise
        raise InputError(
            f'load_from: {error}; give a checkpoint of the same network with --cfg-options load_from=FILE: one trained with '
            "its COCO config, or the authors' file converted by tools/convert_checkpoint.py"
        ) from None


def check_pretrained(cfg: Config) -> None:
    """Refuse an ``init_cfg`` whose weights cannot be had; those of the network are in the cache after that.

    Args:
        cfg: A runner's.

    Raises:
        InputError: Naming the first whose weights cannot be had, and how to do without them.
    """
    for place, init in _pretrained('model', cfg.model):
        source = init.get('checkpoint')
        if not source:
            raise InputError(
                f"{place}: type='Pretrained' needs a checkpoint: a file, or a source such as torchvision://resnet50"
            )
        try:
            read_source(source)
        except InputError as error:
            raise InputError(f'{place}: {error}; without pretrained weights: --cfg-options {place}=None') from None


def check_taken(cfg: Config, model: nn.Module) -> None:
    """Refuse an ``init_cfg`` of whose weights the network takes none; mmengine would begin at random, and log their names.

    Args:
        cfg: A runner's.
        model: What was built of it.

    Raises:
        InputError: Naming the first such, and some of the weights of both.
    """
    for place, init in _pretrained('model', cfg.model):
        try:
            part = model.get_submodule(place.split('.', 1)[1].removesuffix('.init_cfg'))
        except (AttributeError, IndexError):  # of a part that has another name in the network than in the config
            continue
        checkpoint = read_source(init['checkpoint'])
        weights = {re.sub(r'^module\.', '', str(key)): v for key, v in checkpoint.get('state_dict', checkpoint).items()}
        if prefix := init.get('prefix'):
            start = f'{prefix.rstrip(".")}.'
            weights = {key.removeprefix(start): v for key, v in weights.items() if key.startswith(start)}
        try:
            check_overlap(part, weights, init['checkpoint'])
        except InputError as error:
            raise InputError(f'{place}: {error}') from None


def _pretrained(place: str, part: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The place of each ``init_cfg`` with pretrained weights in a part of a config, and what it says."""
    if isinstance(part, (list, tuple)):
        part = dict(enumerate(part))
    if not isinstance(part, dict):
        return
    for key, value in part.items():
        if key != 'init_cfg':
            yield from _pretrained(f'{place}.{key}', value)
            continue
        for init in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(init, dict) and init.get('type') in ('Pretrained', PretrainedInit):
                yield f'{place}.init_cfg', init
