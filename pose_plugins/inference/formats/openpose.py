"""OpenPose 1.3: a folder with a file for each picture."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ...utils.destinations import check_folder
from ...utils.errors import InputError
from ...utils.files import write_text
from ..results import People
from .base import Format, PictureNames, read_entries, read_json, refuse_infinite, three_by_three
from .coco import people_of
from .points import FACE, flat, hand, points_of

BODY_25 = (
    'nose',
    'neck',
    'right_shoulder',
    'right_elbow',
    'right_wrist',
    'left_shoulder',
    'left_elbow',
    'left_wrist',
    'mid_hip',
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
    'left_big_toe',
    'left_small_toe',
    'left_heel',
    'right_big_toe',
    'right_small_toe',
    'right_heel',
)
PUPILS = 'right_pupil', 'left_pupil'  # the last of its 70 points of a face, which no model here has
ENDING = '_keypoints.json'


class OpenPoseFormat(Format):
    """``NAME_keypoints.json``: BODY_25, face and hands of each person; a missing point is 0, 0, 0.

    Args:
        path: The folder; files of the same names in it are written over.
    """

    suffix = ''
    lacks = 'boxes, scores of people, keypoints beyond BODY_25, face and hands'

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        check_folder(self.path, 'output')
        self.names = PictureNames(self.path, stems=True)

    def write(self, people: People) -> None:
        """Write the file of a picture."""
        refuse_infinite(people)
        (text,) = self.texts(people)
        write_text(self.path / f'{self.names(people)}{ENDING}', text)

    def texts(self, people: People) -> Iterator[str]:
        """The file of a picture."""
        parts = dict(pose=BODY_25, face=(*FACE, *PUPILS), hand_left=hand('left'), hand_right=hand('right'))
        # a body's wrist alone is no hand
        parts = {part: names for part, names in parts.items() if part == 'pose' or names[1] in people.names}
        found = {part: points_of(people, names) for part, names in parts.items()}
        several = []
        for number, identity in enumerate(people.ids):
            person: dict = dict(person_id=[int(identity)])
            for part in ('pose', 'face', 'hand_left', 'hand_right'):
                points = flat(found[part][0][number], found[part][1][number]) if part in found else []
                person[f'{part}_keypoints_2d'] = points
            person.update({f'{part}_keypoints_3d': [] for part in ('pose', 'face', 'hand_left', 'hand_right')})
            several.append(person)
        yield json.dumps(dict(version=1.3, people=several))

    def close(self) -> None:
        """Every file is in its place already."""

    def __exit__(self, *_: object) -> None:
        self.close()

    @classmethod
    def read(cls, path: str | Path) -> Iterator[People]:
        """The bodies of each picture, with BODY_25's keypoints, in the order of the files' names."""
        files = sorted(Path(path).glob(f'*{ENDING}')) if Path(path).is_dir() else []
        if not files:
            raise InputError(f'{path}: is no folder with files NAME{ENDING}')
        for file in files:
            content = read_json(file)
            several = read_entries(
                file, content.get('people') if isinstance(content, dict) else None, 'file of OpenPose'
            )
            place = 'pose_keypoints_2d'
            points = [three_by_three(file, place, person.get(place), len(BODY_25)) for person in several]
            scores = [float(np.mean(three[:, 2])) for three in points]
            people = people_of(file, file.name.removesuffix(ENDING), BODY_25, points, scores)
            ids = [person.get('person_id', [-1]) for person in several]
            yield people.with_ids([each[0] if isinstance(each, list) and each else -1 for each in ids])
