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
        self._frames: dict[str, dict[int, Found]] = {}  # of files with numbers of frames
        for key, people in boxes.items():
            if isinstance(key, tuple):
                self._frames.setdefault(key[0], {})[key[1]] = people

    def __call__(self, frame: Frame) -> Found:
        nobody = found(np.zeros((0, 4)), np.zeros(0))
        if self._by_number:
            return self.boxes.get(frame.index, nobody)
        name = Path(frame.source).name
        for key in (frame.source, name):
            if key in self._frames:
                frames = self._frames[key]
                if frame.time is not None:
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
