"""Finds what comes with the package beside its code."""

from pathlib import Path

from .errors import InputError


def config_dir() -> Path:
    """The package's configs: inside the installed package, or beside it in a clone that is not installed.

    Returns:
        The folder.

    Raises:
        InputError: If there is none.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / '.mim/configs', package.parent / 'configs'):
        if folder.is_dir():
            return folder
    raise InputError(f'{package}: the configs are missing, install pose_plugins again')
