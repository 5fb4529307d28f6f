"""Reads JSON files, and says in one line what is no JSON, and where."""

import gc
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ...utils.errors import InputError

# outlines of people: most of a COCO file, and never looked at here
SEGMENTATION = re.compile(rb'"segmentation"\s*:\s*\[[-+0-9.eE,\s\[\]]*\]')


def read_bytes(path: str | Path) -> bytes:
    """Content of a file.

    Raises:
        InputError: If it cannot be read.
    """
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InputError(f'{path}: cannot be read: {error.strerror or error}') from None


def file_digest(path: str | Path) -> str:
    """Digest of a file's bytes; errors as in ``read_bytes``."""
    digest = hashlib.sha256()
    try:
        with open(path, 'rb') as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    except OSError as error:
        raise InputError(f'{path}: cannot be read: {error.strerror or error}') from None
    return digest.hexdigest()


def read_json(path: str | Path, outlines: bool = True) -> Any:
    """Read a JSON file; its ``NaN`` and ``Infinity``, which Python writes and reads, become numbers.

    Args:
        path: The file.
        outlines: Whether ``segmentation``, where it is lists of numbers, is read; otherwise it is an empty list, which takes
            half the time or less.

    Returns:
        Its content.

    Raises:
        InputError: If it cannot be read or is no JSON, saying at which line and character.
    """
    raw = read_bytes(path)
    if not raw.strip():
        raise InputError(f'{path}: cannot be read: it is empty')
    if raw.startswith(b'\xef\xbb\xbf'):
        raise InputError(f'{path}: cannot be read: it begins with a byte order mark; save it as UTF-8 without one')
    with no_collection():
        if not outlines:
            try:
                return json.loads(SEGMENTATION.sub(b'"segmentation":[]', raw).decode())
            except (ValueError, RecursionError):
                pass  # read again as it is, for the place of the fault
        return _parsed(path, raw)


def _parsed(path: str | Path, raw: bytes) -> Any:
    try:
        return json.loads(raw.decode())
    except UnicodeDecodeError as error:
        raise InputError(f'{path}: cannot be read: no JSON, byte {error.start} is no text in UTF-8') from None
    except json.JSONDecodeError as error:
        cut = ', where the file ends' if not error.doc[error.pos :].strip() or 'Unterminated' in error.msg else ''
        place = f'line {error.lineno}, character {error.colno}'
        raise InputError(f'{path}: cannot be read: no JSON: {error.msg} at {place}{cut}') from None
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, thousands of nested lists
        raise InputError(f'{path}: cannot be read: {error}') from None


@contextmanager
def no_collection() -> Iterator[None]:
    """Work without the search for circles, which JSON has none of, and which takes as long as the reading."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
