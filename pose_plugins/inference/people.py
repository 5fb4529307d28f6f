"""Where people are in a picture: the whole of it, boxes from a file, or what a detector finds."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike

from ..utils.errors import InputError
from .media import Frame


class Found(NamedTuple):
    """People in a picture.

    Attributes:
        boxes: Left, top, right and bottom in pixels, (N, 4), float32.
        scores: (N,), float32.
        ids: Of tracks, (N,), int64; -1 where there is none.
    """

    boxes: np.ndarray
    scores: np.ndarray
    ids: np.ndarray


class FindPeople(Protocol):
    """Finds the people in a picture, who may be none."""

    def __call__(self, frame: Frame) -> Found:
        """The people in a frame."""


def whole_picture(frame: Frame) -> Found:
    """The picture as the box of one person."""
    return found(np.array([[0, 0, *frame.size]]), np.ones(1))


def found(boxes: np.ndarray, scores: np.ndarray, ids: np.ndarray | None = None) -> Found:
    """People of boxes (N, 4) and scores (N,), in the types that ``Found`` has."""
    without = np.full(len(boxes), -1)
    return Found(
        np.asarray(boxes, np.float32).reshape(-1, 4),
        np.asarray(scores, np.float32),
        np.asarray(without if ids is None else ids, np.int64),
    )


def everywhere(boxes: ArrayLike) -> FindPeople:
    """The same boxes in every picture.

    Args:
        boxes: Left, top, right and bottom in pixels, (N, 4).

    Raises:
        InputError: If they have another shape, or are no numbers.
    """
    try:
        array = np.asarray(boxes, np.float32)
    except (TypeError, ValueError):
        raise InputError(f'boxes: must be numbers (N, 4), not {boxes!r:.60}') from None
    if array.ndim != 2 or array.shape[1] != 4:
        raise InputError(f'boxes: of shape {array.shape}, must be (N, 4): left, top, right and bottom')
    people = found(array, np.ones(len(array)))
    return lambda frame: people


class GivenBoxes:
    """Boxes that are known.

    Args:
        boxes: Where -> people. Where is a picture's file, or a video's and the number of a frame of it; or for all the number
            of a video's frame or of a picture among all, from 0. Names of files are enough where the files are told apart
            by them.
        name: Of where they come from, for messages.

    Raises:
        InputError: When called with a picture that is not in it; one that has no boxes is to have an entry without any. A
            frame of a video need not be: nobody is there then.
    """

    def __init__(self, boxes: Mapping[str | int | tuple[str, int], Found], name: str = 'boxes') -> None:
        self.boxes, self.name = boxes, name
        self._by_number = bool(boxes) and all(isinstance(key, int) for key in boxes)
        self._frames: dict[str, Mapping[int, Found]] = {}  # of files with numbers of frames
        self._asked: dict[str, set[int]] = {}  # files, '' of boxes by number alone -> frames that were there
        if self._by_number:
            self._frames[''] = {key: people for key, people in boxes.items() if isinstance(key, int)}
        else:
            self._frames = _by_file(boxes)

    def __call__(self, frame: Frame) -> Found:
        nobody = found(np.zeros((0, 4)), np.zeros(0))
        if self._by_number:
            self._asked.setdefault('', set()).add(frame.index)
            return self._frames[''].get(frame.index, nobody)
        name = Path(frame.source).name
        for key in (frame.source, name):
            if key in self._frames:
                frames = self._frames[key]
                if frame.time is not None:
                    self._asked.setdefault(key, set()).add(frame.index)
                    return frames.get(frame.index, nobody)
                if len(frames) > 1:
                    raise InputError(f'{self.name}: has boxes of {len(frames)} frames of {name}, which is one picture')
                return next(iter(frames.values()))
            if key in self.boxes:
                if frame.time is not None:
                    raise InputError(
                        f'{self.name}: does not say which frames of {name} its boxes are for; a video needs their numbers'
                    )
                return self.boxes[key]
        raise InputError(f'{self.name}: has no {"picture" if frame.time is None else "frame of"} {name}')

    def left_over(self) -> list[str]:
        """A line for each video that was read and has boxes of frames which it has not."""
        lines = []
        for name, asked in self._asked.items():
            behind = sorted(
                frame for frame, people in self._frames[name].items() if frame not in asked and len(people.boxes)
            )
            if behind:
                lines.append(
                    f'{self.name}: has boxes of {len(behind)} frames that {name or "the video"} has not, the first of them '
                    f'frame {behind[0]}, counted from 0; it has {len(asked)} frames'
                )
        return lines

    def check_sources(self, pictures: int, videos: int) -> None:
        """Refuse boxes by number alone for other pictures than there are, and for several videos.

        Args:
            pictures: How many pictures there are.
            videos: How many videos and cameras there are beside them.

        Raises:
            InputError: If there are boxes for a picture that is not there, or it cannot be told which video's they are.
        """
        if not self._by_number:
            return
        if videos and pictures + videos > 1:
            raise InputError(
                f'{self.name}: tells frames by their numbers alone, and there are {pictures + videos} sources: give one '
                'video, or boxes with the names of files'
            )
        last = max((key for key in self.boxes if isinstance(key, int)), default=-1)
        if not videos and last >= pictures:
            raise InputError(
                f'{self.name}: has boxes of frame {last + 1}, counted from 1, and the source has {pictures} pictures'
            )


def _by_file(boxes: Mapping[str | int | tuple[str, int], Found]) -> dict[str, Mapping[int, Found]]:
    """Files -> their frames, of boxes that name both."""
    files: dict[str, dict[int, Found]] = {}
    for key, people in boxes.items():
        if isinstance(key, tuple):
            files.setdefault(key[0], {})[key[1]] = people
    return dict(files)


def inside(people: Found, frame: Frame) -> Found:
    """People whose boxes show some of the picture; those wholly outside of it are left out.

    Raises:
        InputError: If a box is not finite, or its right or bottom is not behind its left or top.
    """
    boxes = people.boxes
    for number, box in enumerate(boxes):
        if not np.isfinite(box).all() or box[2] <= box[0] or box[3] <= box[1]:
            told = ', '.join(f'{value:g}' for value in box)
            raise InputError(
                f'{frame.source}, frame {frame.index}: box {number} is {told}; it must be left, top, right, bottom, '
                'the last two the larger ones'
            )
    width, height = frame.size
    seen = (boxes[:, 0] < width) & (boxes[:, 1] < height) & (boxes[:, 2] > 0) & (boxes[:, 3] > 0)
    return Found(boxes[seen], people.scores[seen], people.ids[seen])
