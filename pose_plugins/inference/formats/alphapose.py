"""AlphaPose's three kinds of JSON."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from ...utils.errors import InputError
from ..results import People
from .base import Format, read_entries, read_json, stacked, three_by_three
from .coco import people_of
from .points import flat, points_of

VERSION = 'AlphaPose v0.3'
# the order of both other kinds, which AlphaPose fills by the places of COCO's 17 keypoints
EIGHTEEN = (
    'nose',
    'neck',
    'right_shoulder',
    'right_elbow',
    'right_wrist',
    'left_shoulder',
    'left_elbow',
    'left_wrist',
    'right_hip',
    'right_knee',
    'right_ankle',
    'left_hip',
    'left_knee',
    'left_ankle',
    'right_eye',
    'left_eye',
    'right_ear',
    'left_ear',
)


class AlphaPoseFormat(Format):
    """A list of ``{image_id: file name, category_id: 1, keypoints, score, box: [x, y, w, h], idx}``; ``idx`` is the track."""

    suffix = '.json'
    lacks = 'names of keypoints; scores of boxes; pictures without people'
    begin = '[\n'
    between = ',\n'

    def texts(self, people: People) -> Iterator[str]:
        """A record a person."""
        name = self.names(people)
        for person in people:
            left, top, right, bottom = (float(value) for value in person.boxes[0])
            record = dict(
                image_id=name,
                category_id=1,
                keypoints=flat(person.keypoints[0], person.scores[0]),
                score=round(float(person.person_scores[0]), 6),
                box=[round(value, 3) for value in (left, top, right - left, bottom - top)],
                idx=int(person.ids[0]),
            )
            yield json.dumps(record)

    def ending(self) -> str:
        """Closes the list."""
        return '\n]\n'

    @classmethod
    def read(cls, path: str | Path) -> Iterator[People]:
        """The people of each picture, their keypoints without names; an ``idx`` that is a list, or missing, is none."""
        pictures: dict[str, list[Mapping[str, Any]]] = {}
        for number, entry in enumerate(read_entries(path, read_json(path), 'file of AlphaPose')):
            if not {'image_id', 'keypoints', 'score'} <= entry.keys():
                raise InputError(f'{path}: record {number} has no image_id, keypoints or score')
            pictures.setdefault(str(entry['image_id']), []).append(entry)
        for name, entries in pictures.items():
            points = [three_by_three(path, f'picture {name}: keypoints', entry['keypoints']) for entry in entries]
            people = people_of(path, name, None, points, [entry['score'] for entry in entries])
            if all('box' in entry for entry in entries):
                boxes = stacked((entry['box'] for entry in entries), 4)
                boxes[:, 2:] += boxes[:, :2]
                people.boxes[:] = boxes
            ids = [entry.get('idx', -1) for entry in entries]
            yield people.with_ids([identity if isinstance(identity, int) else -1 for identity in ids])


class _ByPicture(Format):
    """A record of pictures, each with its people's 18 keypoints; those that the model lacks are 0, 0, 0."""

    suffix = '.json'
    lacks = 'boxes, ids, scores of people, keypoints beyond 18'
    begin = '{\n'
    between = ',\n'
    people_key: ClassVar[str]
    points_key: ClassVar[str]

    def texts(self, people: People) -> Iterator[str]:
        """A picture is one part."""
        keypoints, scores = points_of(people, EIGHTEEN)
        several = [{self.points_key: flat(points, of_points)} for points, of_points in zip(keypoints, scores)]
        content = json.dumps({'version': VERSION, self.people_key: several})
        yield f'{json.dumps(self.names(people))}: {content}'

    def ending(self) -> str:
        """Closes the record."""
        return '\n}\n'

    @classmethod
    def read(cls, path: str | Path) -> Iterator[People]:
        """The people of each picture."""
        content = read_json(path)
        if not isinstance(content, dict):
            raise InputError(f"{path}: is no file of AlphaPose's kind: a record of pictures is expected")
        for name, picture in content.items():
            several = picture.get(cls.people_key) if isinstance(picture, dict) else None
            place = f'picture {name}: {cls.people_key}'
            points = [
                three_by_three(path, place, person.get(cls.points_key), len(EIGHTEEN))
                for person in read_entries(path, several, f'picture {name} of this kind')
            ]
            yield people_of(path, name, EIGHTEEN, points, [float(np.mean(three[:, 2])) for three in points])


class CmuFormat(_ByPicture):
    """``{picture: {version, bodies: [{joints}]}}``, which AlphaPose calls cmu."""

    people_key, points_key = 'bodies', 'joints'


class OpenFormat(_ByPicture):
    """``{picture: {version, people: [{pose_keypoints_2d}]}}``, which AlphaPose calls open."""

    people_key, points_key = 'people', 'pose_keypoints_2d'
