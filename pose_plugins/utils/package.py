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
    return _content('configs')


def tools_dir() -> Path:
    """The package's tools, as ``config_dir``."""
    return _content('tools')


def _content(name: str) -> Path:
    package = Path(__file__).resolve().parents[1]
    for folder in (package / '.mim' / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise InputError(f'{package}: the {name} are missing, install pose_plugins again')
