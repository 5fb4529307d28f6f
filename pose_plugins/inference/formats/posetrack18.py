"""PoseTrack18: a file a video, as its evaluation reads it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ...datasets.meta import keypoint_names
from ...evaluation.posetrack18_file import MOST, annotation, categories
from ...utils.errors import InputError
from ..results import People
from .base import Format, read_entries, read_json, three_by_three
from .coco import people_of
from .points import points_of


class PoseTrack18Format(Format):
    """``images`` (id, file_name), ``categories``, ``annotations`` (image_id, track_id, 17 keypoints, their scores)."""

    suffix = '.json'
    lacks = 'boxes, ears, keypoints beyond 17; it wants a track of everybody'
    begin = '{"annotations": [\n'
    between = ',\n'

    def __init__(self, path: str | Path) -> None:
        super().__init__(path)
        self._images: list[dict[str, Any]] = []
        self._video: str | None = None  # its source; '' of pictures

    def texts(self, people: People) -> Iterator[str]:
        """A record a person.

        Raises:
            InputError: If somebody has no track, a number above ``MOST``, or that of another one in the picture; or if the
                picture is of a second video.
        """
        video = '' if people.time is None else people.source
        if self._video not in (None, video):
            raise InputError(f'{people.source}: a file of PoseTrack18 holds one video; write a file for each')
        self._video = video
        ids = people.ids.tolist()
        for identity in ids:
            if not 0 <= identity <= MOST or ids.count(identity) > 1:
                problem = 'has no track' if identity < 0 else 'is above 999' if identity > MOST else 'is there twice'
                raise InputError(
                    f'{self.path}: {people.source}, frame {people.frame}: id {identity} {problem}; PoseTrack18 takes tracks '
                    f'of 0 to {MOST}, each once in a picture'
                )
        image_id = len(self._images) + 1
        self._images.append(dict(id=image_id, file_name=self.names(people)))
        names = keypoint_names('posetrack18')
        keypoints, scores = points_of(people, names)
        for identity, points, of_points in zip(ids, keypoints, scores):
            yield json.dumps(annotation(image_id, identity, points, of_points, names))

    def ending(self) -> str:
        """Pictures and the description of keypoints."""
        described = categories(keypoint_names('posetrack18'))
        return f'\n], "images": {json.dumps(self._images)}, "categories": {json.dumps(described)}}}\n'

    @classmethod
    def read(cls, path: str | Path) -> Iterator[People]:
        """The people of each picture, in the order of ``images``, those without people as well."""
        content = read_json(path)
        if not isinstance(content, dict):
            raise InputError(f'{path}: is no file of PoseTrack18')
        names = tuple(keypoint_names('posetrack18'))
        people: dict[Any, list] = {}
        for entry in read_entries(path, content.get('annotations'), 'file of PoseTrack18'):
            people.setdefault(entry.get('image_id'), []).append(entry)
        for image in read_entries(path, content.get('images'), 'file of PoseTrack18'):
            entries = people.get(image.get('id'), [])
            points = [
                three_by_three(path, f'image {image.get("id")}: keypoints', entry.get('keypoints'), len(names))
                for entry in entries
            ]
            found = people_of(
                path, str(image.get('file_name')), names, points, [float(np.mean(p[:, 2])) for p in points]
            )
            yield found.with_ids([int(entry.get('track_id', -1)) for entry in entries])
