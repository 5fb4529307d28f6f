"""Writes files whole or not at all, in folders of which one command has the use."""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from filelock import FileLock, Timeout

from .errors import InputError

LONGEST = 100  # bytes of a name, to which others are added


@contextmanager
def whole_file(path: str | Path, durable: bool = False) -> Iterator[Path]:
    """Write a file beside its place and move it there when it is whole: what was there before stays until then.

    Args:
        path: The file. Its folder is made if need be.
        durable: Whether it must be on the disk before it takes its place, so that it outlives a crash of the system.

    Yields:
        Where to write; it ends as ``path`` does, by which matplotlib chooses a format.

    Raises:
        InputError: If it cannot be written. Nothing of it is left then.
    """
    path = Path(path)
    partial = partial_name(path)
    with told_when_unwritable(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield partial
            if durable:
                _sync(partial)
            partial.replace(path)
            if durable:
                _sync(path.parent)
        finally:
            partial.unlink(missing_ok=True)


def partial_name(path: Path) -> Path:
    """Where ``whole_file`` writes a file until it is whole."""
    return path.with_name(f'.{path.stem}.partial{path.suffix}')


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def told_when_unwritable(path: str | Path) -> Iterator[None]:
    """Tell of a file or folder that cannot be written in one line.

    Args:
        path: What is written, for where the system does not say which file it was.

    Raises:
        InputError: Instead of the system's error.
    """
    try:
        yield
    except OSError as error:
        raise InputError(f'{path}: cannot be written: {error.strerror or error}') from None


@contextmanager
def only_user(folder: str | Path) -> Iterator[None]:
    """Work in a folder that no other command works in; a crash leaves no lock behind.

    Args:
        folder: It is made if need be.

    Raises:
        InputError: If another command works there, or the folder cannot be written.
    """
    lock = FileLock(Path(folder, '.lock'), timeout=0)
    with told_when_unwritable(folder):
        Path(folder).mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire()
        except Timeout:
            raise InputError(
                f'{folder}: another command is at work there; wait for it, or give another folder'
            ) from None
    try:
        yield
    finally:
        lock.release()


def write_text(path: str | Path, text: str) -> None:
    """Write a text file; ``path`` and errors as in ``whole_file``."""
    with whole_file(path, durable=True) as partial:
        partial.write_text(text, encoding='utf-8')


def write_json(path: str | Path, content: Any, indent: int | None = None) -> None:
    """Write a JSON file; ``path`` and errors as in ``whole_file``."""
    write_text(path, json.dumps(content, indent=indent))


def write_image(path: str | Path, image: np.ndarray) -> None:
    """Write a picture, (h, w, 3), BGR, uint8; ``path`` and errors as in ``whole_file``."""
    try:
        _, content = cv2.imencode(Path(path).suffix, image)
    except cv2.error:
        raise InputError(f'{path}: cannot be written: OpenCV has no format for "{Path(path).suffix}"') from None
    with whole_file(path) as partial:  # not by OpenCV, which does not tell of a full disk
        partial.write_bytes(content.tobytes())


def free_name(folder: Path) -> Path:
    """A name beside a folder that is not taken: ``NAME.old1`` and on."""
    number = 1
    while os.path.lexists(aside := folder.with_name(f'{folder.name}.old{number}')):
        number += 1
    return aside


def printable(name: str) -> str:
    """A file's name as text of UTF-8, which names on a disk need not be."""
    return os.fsencode(name).decode('utf-8', 'replace')


def file_names(names: Iterable[str]) -> dict[str, str]:
    """A name for a file of each of some names, which may come from data and be anything.

    Args:
        names: Such as those of keypoints.

    Returns:
        By the name: itself where it is safe, else what is safe of it, with a few digits by which it is told from others. No
        two are the same, also where upper and lower case are.
    """
    result: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        safe = re.sub(r'[^\w.+() -]+', '-', name).strip('. ')[:LONGEST]
        if not safe or safe != name or len(os.fsencode(safe)) > LONGEST or safe.casefold() in taken:
            digest = hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]
            safe = f'{re.sub(r"[^A-Za-z0-9_.+() -]", "", safe)}-{digest}'.lstrip('-')
        taken.add(safe.casefold())
        result[name] = safe
    return result
