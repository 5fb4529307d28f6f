"""Refuses files and folders that cannot be written, before the work is done whose results they are for."""

import os
from collections.abc import Collection
from pathlib import Path

from .errors import InputError


def check_folder(path: str | Path, name: str = '') -> None:
    """Refuse a folder that cannot be made or written to.

    Args:
        path: The folder, which need not be there.
        name: The option or argument that named it.

    Raises:
        InputError: If it, or what it would lie in, is no folder, leads nowhere as a link, or may not be written to.
    """
    place = ': '.join(filter(None, [name, str(path)]))
    if not str(path) or '\0' in str(path):
        raise InputError(f'{place or "the folder"}: is not the name of a folder')
    folder = wanted = Path(path).absolute()
    while True:
        try:
            folder.lstat()
            break
        except (FileNotFoundError, NotADirectoryError):
            folder = folder.parent
        except OSError as error:
            raise InputError(f'{place}: cannot be written: {error.strerror}') from None
    inside = '' if folder == wanted else f'{folder} '
    if folder.is_symlink() and not folder.exists():
        raise InputError(f'{place}: {inside}is a link that leads nowhere')
    if not folder.is_dir():
        raise InputError(f'{place}: {inside}is a file, and must be a folder')
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f'{place}: {inside}may not be written to')


def check_file(path: str | Path, name: str = '', suffixes: Collection[str] = ()) -> None:
    """Refuse a file that cannot be written.

    Args:
        path: The file, which need not be there, nor its folder.
        name: As in ``check_folder``.
        suffixes: Those that its name may end in; any by default.

    Raises:
        InputError: If its name ends in none of them, it is a folder, or its folder cannot be written to.
    """
    place = ': '.join(filter(None, [name, str(path)]))
    if suffixes and Path(path).suffix.lower() not in suffixes:
        raise InputError(f'{place}: must end in {" or ".join(suffixes)}')
    if os.path.isdir(path):
        raise InputError(f'{place}: is a folder, and must be a file')
    check_folder(Path(path).parent, place)
