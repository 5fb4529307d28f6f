"""The MOT challenge's text: tracks of boxes."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ...utils.errors import InputError
from ..results import People
from .base import Format, stacked


class MotFormat(Format):
    """Lines of ``frame, id, x, y, w, h, conf, -1, -1, -1``; frames count from 1, or pictures, and so do ids of tracks.

    Pixels count from 0, as trackers write them, and not from 1, as the challenge's own files say of theirs.
    """

    suffix = '.txt'
    lacks = 'keypoints; names of pictures; pictures without people'

    def __init__(self, path: str | Path) -> None:
        super().__init__(path)
        self._before: tuple[str, int] | None = None  # source and frame

    def texts(self, people: People) -> Iterator[str]:
        """A line a person; -1 is the id of one without a track.

        Raises:
            InputError: If frames do not ascend, as those of a second video would not.
        """
        if self._before and people.frame <= self._before[1]:
            source, frame = self._before
            raise InputError(
                f'{people.source}, frame {people.frame}: comes after frame {frame} of {source}; a text of MOT holds '
                'one sequence, whose frames ascend'
            )
        self._before = people.source, people.frame
        for (left, top, right, bottom), score, identity in zip(people.boxes, people.box_scores, people.ids):
            box = f'{left:.2f},{top:.2f},{right - left:.2f},{bottom - top:.2f}'
            yield f'{people.frame + 1},{identity + 1 if identity >= 0 else -1},{box},{score:.4f},-1,-1,-1\n'

    @classmethod
    def read(cls, path: str | Path) -> Iterator[People]:
        """The people of each frame, without keypoints; a confidence of 0 is nobody, as in the official truth."""
        frames: dict[int, list[list[float]]] = {}
        for number, line in enumerate(_lines(path), start=1):
            try:
                values = [float(value) for value in line.split(',')]
                frame = int(values[0])
            except (ValueError, OverflowError):
                raise InputError(f'{path}: line {number}: must be numbers, frame, id, x, y, w, h, conf') from None
            if len(values) < 7 or not np.isfinite(values[:7]).all() or min(values[4:6]) <= 0 or frame < 1:
                raise InputError(
                    f'{path}: line {number}: must be frame (from 1), id, x, y, w, h (more than 0), conf, all finite'
                )
            frames.setdefault(frame, []).append(values[1:7])
        for frame in sorted(frames):
            rows = stacked((row for row in frames[frame] if row[5] != 0), 6)
            boxes = np.concatenate([rows[:, 1:3], rows[:, 1:3] + rows[:, 3:5]], 1)
            size = (int(np.ceil(boxes[:, 2].max())), int(np.ceil(boxes[:, 3].max()))) if len(boxes) else (0, 0)
            points = np.zeros((len(rows), 0, 2), np.float32)
            numbers = np.array([row[0] for row in frames[frame] if row[5] != 0])  # more than a float32 can tell apart
            ids = np.where(numbers > 0, numbers - 1, -1).astype(np.int64)
            yield People(str(path), frame - 1, size, (), points, points[..., 0], boxes, rows[:, 5], ids)


def _lines(path: str | Path) -> list[str]:
    try:
        return [line for line in Path(path).read_text(encoding='utf-8-sig').splitlines() if line.strip()]
    except OSError as error:
        raise InputError(f'{path}: cannot be read: {error.strerror or error}') from None
    except UnicodeDecodeError:
        raise InputError(f'{path}: is no text') from None
