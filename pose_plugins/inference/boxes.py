"""Reads boxes of people from files: COCO's JSON, the MOT challenge's text, CSV."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..datasets.annotations import read_annotations
from ..utils.errors import InputError
from .formats import FORMATS
from .formats.base import read_json
from .people import Found, GivenBoxes, found

PERSON = 1  # its category in COCO
CSV_COLUMNS = ('left', 'top', 'right', 'bottom')


def read_boxes(path: str | Path) -> GivenBoxes:
    """Boxes of people, as ``predict`` takes them.

    Args:
        path: ``.json``: annotations in COCO's format, or a list of detections whose ``image_id`` is the name of a picture; of
            several categories people alone, and no crowds. ``.txt``: MOT's, for the frames of one video. ``.csv``: with a
            heading, ``source`` of pictures, ``frame`` (from 0) of one video or both, ``left, top, right, bottom`` in pixels,
            and ``score`` and ``id`` where known.

    Returns:
        The boxes.

    Raises:
        InputError: If the file cannot be read, or a box is none; the line names it.
    """
    readers = {'.json': _of_json, '.txt': _of_mot, '.csv': _of_csv}
    suffix = Path(path).suffix.lower()
    if suffix not in readers:
        raise InputError(f'{path}: boxes are read from {", ".join(readers)}')
    return GivenBoxes(readers[suffix](path), str(path))


def _of_json(path: str | Path) -> dict[Any, Found]:
    content = read_json(path)
    if isinstance(content, list):
        return _of_detections(path, content)
    content = read_annotations(path)
    names = {image['id']: image['file_name'] for image in content['images']}
    people: dict[Any, list] = {name: [] for name in names.values()}
    kinds = {category.get('name'): category.get('id') for category in content.get('categories') or ()}
    for number, annotation in enumerate(content['annotations']):
        is_person = 'person' not in kinds or annotation.get('category_id', kinds['person']) == kinds['person']
        if is_person and not annotation.get('iscrowd'):
            row = _corners(annotation.get('bbox')), 1.0, annotation.get('track_id', -1)
            people[names[annotation['image_id']]].append((f'annotation {annotation.get("id", number)}', row))
    return _checked(path, {**people, **_short_names(path, people)})


def _of_detections(path: str | Path, entries: Sequence[Any]) -> dict[Any, Found]:
    people: dict[Any, list] = {}
    kinds = {entry.get('category_id', PERSON) for entry in entries if isinstance(entry, Mapping)}
    if len(kinds) > 1 and PERSON not in kinds:
        raise InputError(
            f'{path}: has categories {", ".join(sorted(map(str, kinds)))}; people of several have category {PERSON}'
        )
    for number, entry in enumerate(entries):
        if not isinstance(entry, Mapping) or not isinstance(entry.get('image_id'), str):
            raise InputError(
                f'{path}: detection {number}: image_id must be the name of a picture; only annotations tell which picture '
                'a number is'
            )
        row = _corners(entry.get('bbox', entry.get('box'))), entry.get('score', 1.0), entry.get('idx', -1)
        several = people.setdefault(entry['image_id'], [])
        if len(kinds) == 1 or entry.get('category_id', PERSON) == PERSON:
            several.append((f'detection {number}', row))
    return _checked(path, people)


def _of_mot(path: str | Path) -> dict[Any, Found]:
    frames = {people.frame: people for people in FORMATS['mot'].read(path)}
    if not frames:
        raise InputError(f'{path}: has no boxes')
    return {frame: found(people.boxes, people.box_scores, people.ids) for frame, people in frames.items()}


def _of_csv(path: str | Path) -> dict[Any, Found]:
    try:
        rows = list(csv.DictReader(io.StringIO(Path(path).read_text(encoding='utf-8-sig'))))
    except OSError as error:
        raise InputError(f'{path}: cannot be read: {error.strerror or error}') from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f'{path}: is no CSV: {error}') from None
    if not rows:
        raise InputError(f'{path}: has no boxes')
    heading = set(rows[0])
    keys = [key for key in ('source', 'frame') if key in heading] or ['source']
    if missing := ({*keys, *CSV_COLUMNS} - heading):
        raise InputError(
            f'{path}: has no column {", ".join(sorted(missing))}; a heading of source or frame, '
            f'{", ".join(CSV_COLUMNS)} is expected'
        )
    people: dict[Any, list] = {}
    for number, row in enumerate(rows, start=2):
        score = row.get('score') or row.get('box_score') or 1.0
        try:
            where = [int(row[key]) if key == 'frame' else row[key] for key in keys]
        except (TypeError, ValueError):
            raise InputError(f'{path}: line {number}: frame is {row["frame"]!r}; it must be a whole number') from None
        people.setdefault(tuple(where) if where[1:] else where[0], []).append(
            (f'line {number}', ([row[name] for name in CSV_COLUMNS], score, row.get('id') or -1))
        )
    return _checked(path, people)


def _corners(box: Any) -> Any:
    """x, y, width, height to corners, as far as they are numbers."""
    try:
        left, top, width, height = (float(value) for value in box)
    except (TypeError, ValueError):
        return None
    return [left, top, left + width, top + height]


def _checked(path: str | Path, people: Mapping[Any, Sequence[tuple[str, tuple]]]) -> dict[Any, Found]:
    """Boxes of each picture, of numbers that make sense."""
    checked = {}
    for place, rows in people.items():
        boxes, scores, ids = [], [], []
        for name, (box, score, identity) in rows:
            try:
                corners, value, track = [float(each) for each in box], float(score), int(identity)
            except (TypeError, ValueError, OverflowError):
                raise InputError(
                    f'{path}: {name}: a box must be four numbers, its score one, its id a whole one'
                ) from None
            if not -1 <= track < 2**63:
                raise InputError(f'{path}: {name}: id {track}: must be -1, of nobody, to {2**63 - 1}')
            left, top, right, bottom = corners
            if not np.isfinite([*corners, value]).all() or right <= left or bottom <= top:
                raise InputError(f'{path}: {name}: the box must be finite, with a width and a height above 0')
            boxes.append(corners)
            scores.append(value)
            ids.append(track)
        checked[place] = found(np.array(boxes, float).reshape(-1, 4), np.array(scores), np.array(ids, np.int64))
    return checked


def _short_names(path: str | Path, people: Mapping[str, list]) -> dict[str, list]:
    """The same by names without folders, where these are told apart by them."""
    short: dict[str, list[str]] = {}
    for name in people:
        short.setdefault(Path(name).name, []).append(name)
    return {name: people[several[0]] for name, several in short.items() if len(several) == 1 and name not in people}
