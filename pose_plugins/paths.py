"""Where the package's own files are."""

from pathlib import Path

from .errors import InputError


def config_dir():
    """The folder of configs: inside the installed package, or beside it in a clone that is not installed."""
    package = Path(__file__).resolve().parent
    for folder in (package / '.mim/configs', package.parent / 'configs'):
        if folder.is_dir():
            return folder
    raise InputError(f'{package}: the configs are missing, install pose_plugins again')
