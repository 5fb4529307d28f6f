"""Finds out, before anything is built, whether the weights can be had that a config starts from."""

from collections.abc import Iterator
from typing import Any

from mmengine.config import Config
from mmengine.model import PretrainedInit

from ..checkpoints import read_source
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
    for place, source in _pretrained('model', cfg.model):
        if not source:
            raise InputError(
                f"{place}: type='Pretrained' needs a checkpoint: a file, or a source such as torchvision://resnet50"
            )
        try:
            read_source(source)
        except InputError as error:
            raise InputError(f'{place}: {error}; without pretrained weights: --cfg-options {place}=None') from None


def _pretrained(place: str, part: Any) -> Iterator[tuple[str, str | None]]:
    """The place of each ``init_cfg`` with pretrained weights in a part of a config, and their source."""
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
                yield f'{place}.init_cfg', init.get('checkpoint')
