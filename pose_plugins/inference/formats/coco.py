"""COCO's results, as its evaluation reads them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...utils.errors import InputError
from ..results import People
from .base import Format, picture_name, read_entries, read_json, stacked, three_by_three
from .points import extent, flat


class CocoFormat(Format):
    """A list of ``{image_id, category_id: 1, keypoints: [x, y, score] x K, score}``.

    Args:
        path: The file.
        image_ids: Name of a picture's file -> its id; None counts the pictures from 1.
    """

    suffix = '.json'
    lacks = 'boxes, ids, names of keypoints and of pictures; pictures without people'
    begin = '[\n'
    between = ',\n'

    def __init__(self, path: str | Path, image_ids: Mapping[str, int] | None = None) -> None:
        super().__init__(path)
        self.image_ids = image_ids
        self._pictures = 0

    def texts(self, people: People) -> Iterator[str]:
        """A record a person."""
        self._pictures += 1
        name = picture_name(people)
        if self.image_ids is not None and name not in self.image_ids:
            raise InputError(f'{self.path}: no picture {name} is among those with an id')
        image_id = self._pictures if self.image_ids is None else self.image_ids[name]
        for points, scores, score in zip(people.keypoints, people.scores, people.person_scores):
            record = dict(
                image_id=image_id, category_id=1, keypoints=flat(points, scores), score=round(float(score), 6)
            )
            yield json.dumps(record)

    def ending(self) -> str:
        """Closes the list."""
        return '\n]\n'

    @classmethod
    def read(cls, path: str | Path, names: Sequence[str] | None = None) -> Iterator[People]:
        """The people of each picture; boxes are the extent of their keypoints, a box's score is that of the person divided by
        the mean of its keypoints', and ``source`` is the picture's id.

        Args:
            path: The file.
            names: Of the keypoints; by default ``keypoint 0`` and so on.
        """
        pictures: dict[Any, list[Mapping[str, Any]]] = {}
        for number, entry in enumerate(read_entries(path, read_json(path), "results file in COCO's format")):
            if not {'image_id', 'keypoints', 'score'} <= entry.keys():
                raise InputError(f'{path}: record {number} has no image_id, keypoints or score')
            pictures.setdefault(entry['image_id'], []).append(entry)
        for image_id, entries in pictures.items():
            count = None if names is None else len(names)
            points = [three_by_three(path, f'picture {image_id}: keypoints', e['keypoints'], count) for e in entries]
            yield people_of(path, str(image_id), names, points, [entry['score'] for entry in entries])


def people_of(
    path: str | Path, source: str, names: Sequence[str] | None, points: Sequence[np.ndarray], scores: Sequence[Any]
) -> People:
    """People of a format that has neither boxes nor sizes of pictures.

    Args:
        path: The file that is read.
        source: The picture.
        names: Of the keypoints; None numbers them.
        points: x, y and score of each person's keypoints, (K, 3).
        scores: Of each person.

    Returns:
        The people; boxes are the extent of their keypoints, the picture's size is that of all of them.

    Raises:
        InputError: If numbers of keypoints differ, or a score is no number.
    """
    known = tuple(names or (f'keypoint {number}' for number in range(len(points[0]) if len(points) else 0)))
    if any(len(three) != len(known) for three in points):
        raise InputError(f'{path}: {source}: people have different numbers of keypoints')
    three = stacked(points, len(known), 3) if points else np.zeros((0, len(known), 3), np.float32)
    boxes = extent(three[..., :2])
    means = three[..., 2].mean(1) if known else np.zeros(len(three), np.float32)
    try:
        of_people = np.array([float(score) for score in scores], np.float32)
    except (TypeError, ValueError):
        raise InputError(f'{path}: {source}: a score is no number') from None
    return People(
        source=source,
        frame=0,
        size=(int(np.ceil(boxes[:, 2].max())), int(np.ceil(boxes[:, 3].max()))) if len(boxes) else (0, 0),
        names=known,
        keypoints=three[..., :2],
        scores=three[..., 2],
        boxes=boxes,
        box_scores=np.divide(of_people, means, out=np.ones_like(means), where=means > 0),
    )
