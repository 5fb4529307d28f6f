"""CSV: a row a person, as tables of other tools take it."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ...utils.errors import InputError
from ..results import People
from .base import Format, stacked

KNOWN = ('source', 'frame', 'time', 'width', 'height', 'id', 'box_score', 'left', 'top', 'right', 'bottom')
COLUMNS = ('x', 'y', 'score')


class CsvFormat(Format):
    """A row a person: ``KNOWN``, then ``NAME_x, NAME_y, NAME_score`` of each keypoint. Pixels; an empty id is none."""

    suffix = '.csv'
    lacks = 'pictures without people'
    newline = ''

    def texts(self, people: People) -> Iterator[str]:
        """A row a person, the heading before the first."""
        if self._empty and len(people):
            self._names = people.names
            yield _row([*KNOWN, *(f'{name}_{column}' for name in people.names for column in COLUMNS)])
        if len(people) and people.names != self._names:
            raise InputError(f'{self.path}: {people.source}: has other keypoints than the pictures before')
        for person in people:
            three = np.concatenate([person.keypoints[0], person.scores[0][:, None]], 1)  # (K, 3)
            identity = '' if person.ids[0] < 0 else int(person.ids[0])
            time = '' if person.time is None else f'{person.time:.4f}'
            about = [person.source, person.frame, time, *person.size, identity, f'{person.box_scores[0]:.6f}']
            yield _row([*about, *(f'{v:.3f}' for v in person.boxes[0]), *(f'{v:.4f}' for v in three.ravel())])

    @classmethod
    def read(cls, path: str | Path) -> Iterator[People]:
        """The people of each picture."""
        try:
            rows = list(csv.reader(io.StringIO(Path(path).read_text(encoding='utf-8-sig'))))
        except OSError as error:
            raise InputError(f'{path}: cannot be read: {error.strerror or error}') from None
        except (UnicodeDecodeError, csv.Error) as error:
            raise InputError(f'{path}: is no CSV: {error}') from None
        if not rows:
            return
        heading, *rest = rows
        columns = heading[len(KNOWN) :]
        names = tuple(column.removesuffix('_x') for column in columns[::3])
        if tuple(heading[: len(KNOWN)]) != KNOWN or columns != [f'{n}_{c}' for n in names for c in COLUMNS]:
            raise InputError(f'{path}: has another heading than {", ".join(KNOWN)}, NAME_x, NAME_y, NAME_score, ...')
        pictures: dict[tuple[str, ...], list[list[str]]] = {}
        for number, row in enumerate(rest, start=2):
            if len(row) != len(heading):
                raise InputError(f'{path}: line {number}: has {len(row)} columns; it must be {len(heading)}')
            pictures.setdefault(tuple(row[:5]), []).append(row[5:])
        for (source, frame, time, width, height), several in pictures.items():
            try:
                ids = np.array([int(row[0]) if row[0] else -1 for row in several], np.int64)
                numbers = stacked(([float(value) for value in row[1:]] for row in several), 5 + 3 * len(names))
                about = int(frame), (int(width), int(height)), float(time) if time else None
            except ValueError as error:
                raise InputError(f'{path}: {source}, frame {frame}: {error}') from None
            points = numbers[:, 5:].reshape(-1, len(names), 3)
            yield People(
                source,
                about[0],
                about[1],
                names,
                points[..., :2],
                points[..., 2],
                numbers[:, 1:5],
                numbers[:, 0],
                ids,
                about[2],
            )


def _row(values: list) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator='\n').writerow(values)
    return text.getvalue()
