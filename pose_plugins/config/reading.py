"""Reads configs."""

from copy import deepcopy
from pathlib import Path

from mmengine.config import Config

from ..utils.errors import InputError, similar
from .faults import fault
from .options import check_options

SUFFIXES = '.py', '.yaml', '.yml', '.json'


def load_config(path: str | Path, options: dict | None = None) -> Config:
    """Load a config file.

    Args:
        path: A text config.
        options: Settings merged into it, as ``--cfg-options``.

    Returns:
        mmengine's config.

    Raises:
        InputError: If there is no such file, it cannot be read as a config, or the settings do not fit it or would have no
            effect (see ``check_options``).
    """
    _check_file(Path(path))
    try:
        cfg = Config.fromfile(path)
    except Exception as error:  # a config is the user's code
        line = fault(error, Path(path))
        if line is None:  # ours
            raise
        raise InputError(f'{path}: cannot be read as a config: {line}') from None
    if not len(cfg):
        raise InputError(f'{path}: cannot be read as a config: it sets nothing')
    check_options(cfg, options or {}, path)
    try:
        cfg.merge_from_dict(deepcopy(options or {}))  # mmengine takes `_delete_` out of what it merges
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        told = f'{type(error).__name__}: {" ".join(str(error).split())}'
        raise InputError(f'{path}: cannot take the settings of {", ".join(options or ())}: {told}') from None
    return cfg


def _check_file(path: Path) -> None:
    """Refuse what is not a file of text that may be a config."""
    if path.is_dir():
        raise InputError(f'{path}: is a folder, not a config file')
    if not path.is_file():
        names = [other.name for other in path.parent.glob('*.py')] if path.parent.is_dir() else []
        raise InputError(f'{path}: no such config file{similar(path.name, names)}')
    if path.suffix not in SUFFIXES:
        raise InputError(f'{path}: cannot be read as a config: its name ends in none of {", ".join(SUFFIXES)}')
