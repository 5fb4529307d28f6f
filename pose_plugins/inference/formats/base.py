"""How predictions are written: as they come, whole files, and nothing that is not finite."""

import contextlib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, TextIO

import numpy as np

from ...utils.destinations import check_file
from ...utils.errors import DivergedError, InputError
from ...utils.files import partial_name, told_when_unwritable
from ..results import People


class Format(ABC):
    """A file format of predictions. A writer is a context; what was written is whole when it ends, also after an error, and
    takes the place of an older file unless an error came before anything else.

    Args:
        path: The file. It takes its place when the writer is closed.

    Attributes:
        suffix: Of its files; empty for a folder.
        lacks: What it cannot hold, in words; empty where it holds all.

    Raises:
        InputError: If the file cannot be written.
    """

    suffix: ClassVar[str]
    lacks: ClassVar[str] = ''
    begin: ClassVar[str] = ''
    between: ClassVar[str] = ''
    newline: ClassVar[str | None] = None

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        check_file(self.path, 'output', (self.suffix,))
        self._partial = partial_name(self.path)
        with told_when_unwritable(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # names of files may be no UTF-8
            self._file: TextIO = self._partial.open(
                'w', encoding='utf-8', errors='backslashreplace', newline=self.newline
            )
            self._file.write(self.begin)
        self.names = PictureNames(self.path)
        self._empty, self._whole = True, True  # not whole after a disk has been full in the midst of a person

    def write(self, people: People) -> None:
        """Write the people of a picture.

        Raises:
            DivergedError: If a number of theirs is not finite.
            InputError: If the format cannot hold them, or the file cannot be written.
        """
        refuse_infinite(people)
        for text in self.texts(people):
            self._whole = False
            with told_when_unwritable(self.path):
                self._file.write(text if self._empty else self.between + text)
            self._empty, self._whole = False, True

    @abstractmethod
    def texts(self, people: People) -> Iterator[str]:
        """The people of a picture as text, part by part."""

    def ending(self) -> str:
        """The text at the end of the file."""
        return ''

    def close(self) -> None:
        """End the file and put it in its place."""
        with told_when_unwritable(self.path):
            self._file.write(self.ending())
            self._file.close()
            self._partial.replace(self.path)

    def __enter__(self) -> 'Format':
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if self._whole and not (error and self._empty):
                self.close()
        finally:
            with contextlib.suppress(OSError):  # a full disk, again
                self._file.close()
            self._partial.unlink(missing_ok=True)

    @classmethod
    @abstractmethod
    def read(cls, path: str | Path) -> Iterator[People]:
        """Read a file of this format; what it does not hold is as its class says.

        Raises:
            InputError: If it is missing, damaged or of another format.
        """


def refuse_infinite(people: People) -> None:
    """Refuse people with NaN or infinity.

    Raises:
        DivergedError: Naming the picture and what of it is not finite.
    """
    for name in ('keypoints', 'scores', 'boxes', 'box_scores'):
        if not np.isfinite(getattr(people, name)).all():
            raise DivergedError(f'{people.source}, frame {people.frame}: {name} of the prediction are NaN or infinite')


def picture_name(people: People) -> str:
    """A name of the picture: its file's, or the video's with the number of the frame."""
    path = Path(people.source)
    return path.name if people.time is None else f'{path.stem}_{people.frame:06d}.jpg'


class PictureNames:
    """Names of pictures in a format that knows them by their names without folders, so that no two may have the same.

    Args:
        path: Where the format is written, for messages.
        stems: Whether it leaves out the names' endings as well.
    """

    def __init__(self, path: Path, stems: bool = False) -> None:
        self.path, self.stems = path, stems
        self._sources: dict[tuple[bool, str], str] = {}

    def __call__(self, people: People) -> str:
        """A picture's name, as ``picture_name``, without its ending where these are left out.

        Raises:
            InputError: If a picture or video of another folder, or of another ending, has it.
        """
        path, video = Path(people.source), people.time is not None
        other = self._sources.setdefault((video, path.stem if video or self.stems else path.name), people.source)
        if other != people.source:
            raise InputError(
                f'{people.source}: would have the name of {other} in {self.path}, whose format knows pictures by their names '
                "alone: write one of them elsewhere, or take the format 'json'"
            )
        return Path(picture_name(people)).stem if self.stems else picture_name(people)


def read_json(path: str | Path) -> Any:
    """The content of a JSON file.

    Raises:
        InputError: If there is none, or it is damaged.
    """
    try:
        return json.loads(Path(path).read_text(encoding='utf-8-sig'))
    except OSError as error:
        raise InputError(f'{path}: cannot be read: {error.strerror or error}') from None
    except ValueError as error:
        raise InputError(f'{path}: is no JSON: {error}') from None


def read_entries(path: str | Path, entries: Any, what: str) -> list[Mapping[str, Any]]:
    """The records of a list.

    Raises:
        InputError: If it is no list of records.
    """
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise InputError(f'{path}: is no {what}: a list of records is expected')
    return entries


def three_by_three(path: str | Path, place: str, values: Any, count: int | None = None) -> np.ndarray:
    """x, y, score, ... as (n, 3).

    Raises:
        InputError: If they are not numbers, or not so many.
    """
    try:
        points = np.array(values, np.float32).reshape(-1, 3)
    except (TypeError, ValueError):
        raise InputError(f'{path}: {place} must be x, y, score of each keypoint') from None
    if count is not None and len(points) != count:
        raise InputError(f'{path}: {place} has {len(points)} keypoints; it must be {count}')
    return points


def stacked(rows: Iterable[Any], *shape: int) -> np.ndarray:
    """Rows as float32 of a shape (N, ...), also where there are none."""
    return np.array(list(rows), np.float32).reshape(-1, *shape)
