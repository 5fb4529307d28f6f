"""Reads pictures whole, or tells why they cannot be read."""

from pathlib import Path

import cv2
import numpy as np

from .errors import InputError


class UnreadableError(Exception):
    """A picture cannot be read; the message says why, without its name."""


def read_picture(path: str | Path) -> np.ndarray:
    """A picture, turned as its EXIF tag says.

    Args:
        path: Its file, of any kind that OpenCV reads.

    Returns:
        (h, w, 3), BGR, uint8; transparency is dropped, 16 bits become 8.

    Raises:
        InputError: If it is no file, empty, cut off, damaged or no picture.
    """
    try:
        return decoded(content_of(path))
    except UnreadableError as error:
        raise InputError(f'{path}: {error}') from None


def content_of(path: str | Path) -> bytes:
    """The bytes of a picture's file.

    Raises:
        UnreadableError: If it is no file, empty or cut off.
    """
    path = Path(path)
    try:
        if path.is_dir():
            raise UnreadableError('is a folder, give its pictures')
        if not path.is_file() and path.exists():
            raise UnreadableError('is no regular file')
        content = path.read_bytes()
    except FileNotFoundError:
        raise UnreadableError('there is no such file') from None
    except (OSError, ValueError) as error:  # ValueError: of a null character in the name
        raise UnreadableError(f'cannot be read: {getattr(error, "strerror", None) or error}') from None
    if not content:
        raise UnreadableError('the file is empty')
    if _cut_off(content):
        raise UnreadableError('is cut off: the end of the file is missing')
    return content


def decoded(content: bytes, flags: int = cv2.IMREAD_COLOR) -> np.ndarray:
    """The picture in a file's bytes; ``flags`` are OpenCV's.

    Raises:
        UnreadableError: If there is none.
    """
    try:
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), flags)
    except cv2.error:  # such as one of more than 2^30 pixels
        picture = None
    if picture is None:
        raise UnreadableError('is damaged, or no picture that OpenCV can read')
    return picture


def _cut_off(content: bytes) -> bool:
    """Whether the end of a JPEG or PNG is missing, of which some versions of OpenCV make grey; others are taken as whole."""
    if content.startswith(b'\x89PNG'):
        return b'IEND' not in content
    if not content.startswith(b'\xff\xd8'):
        return False
    place = 2
    while content[place : place + 1] == b'\xff' and content[place + 1 : place + 2] != b'\xda':  # up to the first scan
        filler = content[place + 1 : place + 2] == b'\xff'
        place += 1 if filler else 2 + int.from_bytes(content[place + 2 : place + 4], 'big')
    return content[place : place + 1] in (b'\xff', b'') and content.find(b'\xff\xd9', place) < 0
