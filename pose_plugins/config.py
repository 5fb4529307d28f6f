"""Reads configs, and finds those that come with the package."""

from copy import deepcopy
from pathlib import Path

from mmengine.config import Config

from .utils.errors import InputError


def config_dir() -> Path:
    """The package's configs: inside the installed package, or beside it in a clone that is not installed.

    Returns:
        The folder.

    Raises:
        InputError: If there is none.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / '.mim/configs', package.parent / 'configs'):
        if folder.is_dir():
            return folder
    raise InputError(f'{package}: the configs are missing, install pose_plugins again')


def load_config(path: str | Path, options: dict | None = None) -> Config:
    """Load a config file.

    Args:
        path: A text config.
        options: Settings merged into it, as ``--cfg-options``.

    Returns:
        mmengine's config.

    Raises:
        InputError: If there is no such file, it cannot be read as a config, or the settings do not fit it.
    """
    if not Path(path).is_file():
        raise InputError(f'{path}: no such config file')
    try:
        cfg = Config.fromfile(path)
    except Exception as error:  # a config is the user's code
        raise InputError(f'{path}: cannot be read as a config: {_told(error)}') from None
    try:
        cfg.merge_from_dict(deepcopy(options or {}))  # mmengine takes `_delete_` out of what it merges
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise InputError(f'{path}: cannot take the settings of {", ".join(options or ())}: {_told(error)}') from None
    return cfg


def _told(error: Exception) -> str:
    return f'{type(error).__name__}: {" ".join(str(error).split())}'
