"""Refuses a config of which no runner can be built, before anything is."""

from collections.abc import Sequence

from mmengine.config import Config

from ..utils.errors import InputError, similar
from .numbers import check_numbers
from .types import check_types

# what the runner builds a loop of: all of a line, or none
PARTS = {
    'train': ('train_dataloader', 'train_cfg', 'optim_wrapper'),
    'val': ('val_dataloader', 'val_cfg', 'val_evaluator'),
    'test': ('test_dataloader', 'test_cfg', 'test_evaluator'),
}


def check_settings(cfg: Config, loops: Sequence[str]) -> None:
    """Refuse a config that lacks a part, names types or arguments that there are not, or numbers that cannot be.

    Args:
        cfg: A runner's.
        loops: Which of 'train', 'val' and 'test' will be run.

    Raises:
        InputError: Naming file and key, and what looks like it (see ``check_types`` and ``check_numbers``).
    """
    missing = [] if cfg.get('model') is not None else ['model']
    for loop in loops:
        lacking = [name for name in PARTS[loop] if cfg.get(name) is None]
        if loop != 'val' or len(lacking) < len(PARTS[loop]):  # a training need not be validated
            missing += lacking
    if missing:
        file = f'{cfg.filename}: ' if cfg.filename else ''
        raise InputError(f'{file}has no {missing[0]}{similar(missing[0], set(cfg) - set(missing))}')
    check_types(cfg, loops)
    check_numbers(cfg, loops)
