"""Pictures and frames, one after the other, from wherever they come."""

import glob
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import cv2
import numpy as np
from mmengine.logging import print_log

from ..utils.errors import InputError
from ..utils.files import printable
from ..utils.picture_files import UnreadableError, content_of, decoded

PICTURES = {'.bmp', '.jpeg', '.jpg', '.png', '.tif', '.tiff', '.webp', '.ppm', '.pgm', '.jp2'}
LEAST = 0.95  # of the frames that a video tells of, below which it is called cut off
VIDEOS = set('.3gp .avi .flv .m2ts .m4v .mkv .mov .mp4 .mpeg .mpg .mts .ogv .ts .webm .wmv'.split())
CAMERA = re.compile(r'camera(?::(\d+))?')

Source = str | Path | int | np.ndarray | Sequence


@dataclass(frozen=True)
class Frame:
    """A picture, or a frame of a video.

    Attributes:
        source: Its file, or the video's, or the camera's name.
        index: Which frame of the video it is, or which of all pictures, from 0.
        picture: (h, w, 3), BGR, uint8.
        time: Seconds from the begin of the video; None for pictures.
        frames: How many the source says that it has; None where it does not tell.
        rate: Frames a second that a video says it has; 25 where it does not tell.
    """

    source: str
    index: int
    picture: np.ndarray
    time: float | None = None
    frames: int | None = 1
    rate: float = 25.0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        height, width = self.picture.shape[:2]
        return width, height


@dataclass(frozen=True)
class Stream:
    """A video or camera that is read frame by frame.

    Attributes:
        name: The file, address, or ``camera:N``.
        handle: What OpenCV opens.
    """

    name: str
    handle: str | int


@dataclass(frozen=True)
class Array:
    """A picture in memory.

    Attributes:
        name: What it is called in results.
        picture: (h, w, 3), BGR, uint8.
    """

    name: str
    picture: np.ndarray


def found_sources(source: Source) -> list[Path | Stream | Array]:
    """Find the pictures and videos that a source names, in order, before anything is opened.

    Args:
        source: A picture, a video, a folder of pictures (those below it not), a pattern such as ``photos/*.jpg``, an address
            of a stream, ``camera`` or ``camera:N`` or the number of a camera, an array (h, w, 3), BGR, uint8, or a list of
            these.

    Returns:
        Pictures, streams and arrays. Files of a folder or pattern are in the order of their names, numbers in them by value.

    Raises:
        InputError: If there is nothing of that name, a folder or pattern has no pictures, or an array is of another shape or
            type.
    """
    if isinstance(source, np.ndarray):
        return [_array(source, 'array')]
    if isinstance(source, bool) or source is None:
        raise InputError(f'{source}: is no source; give a file, a folder, a pattern, a camera or an array')
    if isinstance(source, int):
        return [Stream(f'camera:{source}', source)]
    if isinstance(source, (str, Path)):
        return _found_files(str(source))
    if isinstance(source, Sequence):
        found = [
            _array(one, f'array {number}') if isinstance(one, np.ndarray) else one for number, one in enumerate(source)
        ]
        return [part for one in found for part in ([one] if isinstance(one, Array) else found_sources(one))]
    raise InputError(f'{type(source).__name__}: is no source; give a file, a folder, a pattern, a camera or an array')


def frames(sources: Sequence[Path | Stream | Array]) -> Iterator[Frame]:
    """Open sources and read them.

    Args:
        sources: As ``found_sources`` gives them.

    Yields:
        Their frames, in order.

    Raises:
        InputError: If one cannot be read; what came before was yielded.
    """
    pictures = count()
    for source in sources:
        if isinstance(source, Array):
            yield Frame(source.name, next(pictures), source.picture)
        elif isinstance(source, Stream):
            yield from _stream_frames(source)
        else:
            try:
                yield Frame(str(source), next(pictures), decoded(content_of(source)))
            except UnreadableError as error:
                raise InputError(f'{source}: {error}') from None


def natural(name: str) -> list:
    """A key to sort names by, numbers in them by value."""
    return [int(part) if part.isdecimal() else part for part in re.split(r'(\d+)', name)]


def _array(picture: np.ndarray, name: str) -> Array:
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8 or not picture.size:
        raise InputError(
            f'{name}: has shape {picture.shape} and type {picture.dtype}; it must be (h, w, 3), BGR, uint8'
        )
    return Array(name, picture)


def _found_files(source: str) -> list[Path | Stream | Array]:
    if (camera := CAMERA.fullmatch(source)) and not Path(source).exists():
        return [Stream(source, int(camera[1] or 0))]
    if re.match(r'\w+://', source):
        return [Stream(source, source)]
    if '\0' in source or not source:
        raise InputError(f'{source!r}: is no name of a file')
    try:
        path = Path(source).expanduser()
        exists = path.exists()
        listed = sorted(path.iterdir()) if path.is_dir() else []
    except (
        OSError,
        RuntimeError,
    ) as error:  # a name that is too long, no permission; RuntimeError: a user without a home
        raise InputError(f'{source:.80}: cannot be read: {getattr(error, "strerror", None) or error}') from None
    if path.is_dir():
        inside = [each for each in listed if each.suffix.lower() in PICTURES and not each.name.startswith('.')]
        return _sorted(inside, f'{source}: the folder has no pictures ({", ".join(sorted(PICTURES))})')
    if exists:
        if not path.is_file():
            raise InputError(f'{source}: is no regular file')
        return [Stream(source, str(path)) if path.suffix.lower() in VIDEOS else path]
    if glob.has_magic(source):
        matching = [Path(each) for each in glob.glob(str(path), recursive=True)]
        known = [each for each in matching if each.suffix.lower() in PICTURES | VIDEOS and each.is_file()]
        several = _sorted(known, f'{source}: no picture or video has such a name')
        return [Stream(str(each), str(each)) if each.suffix.lower() in VIDEOS else each for each in several]
    raise InputError(f'{source}: there is no such file or folder')


def _sorted(paths: list[Path], otherwise: str) -> list:
    if not paths:
        raise InputError(otherwise)
    return sorted(paths, key=lambda path: [natural(part) for part in path.parts])


def _stream_frames(stream: Stream) -> Iterator[Frame]:
    if isinstance(stream.handle, str) and '://' not in stream.handle and not Path(stream.handle).stat().st_size:
        raise InputError(f'{stream.name}: the file is empty')
    try:
        capture = cv2.VideoCapture(stream.handle)
    except UnicodeEncodeError:
        raise InputError(
            f'{printable(stream.name)}: its name is not UTF-8, without which OpenCV opens no video'
        ) from None
    try:
        if not capture.isOpened():
            known = (
                'no camera that can be opened' if isinstance(stream.handle, int) else 'no video that OpenCV can read'
            )
            raise InputError(f'{stream.name}: is {known}')
        told = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        rate = capture.get(cv2.CAP_PROP_FPS)
        rate = rate if 0 < rate < 1000 else 25.0  # 1000, of a browser's recordings: the clock's rate, and no video's
        index = 0
        while True:
            good, picture = capture.read()
            if not good or picture is None:
                break
            time = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            yield Frame(stream.name, index, picture, time, told if told > 0 else None, rate)
            index += 1
        if not index:
            raise InputError(f'{stream.name}: has no frame that OpenCV can read')
        if index < LEAST * told:  # what videos tell is a little wrong often
            text = f'{stream.name}: ended after {index} of {told} frames; it is cut off or damaged there'
            print_log(text, 'current', logging.WARNING)
    finally:
        capture.release()
