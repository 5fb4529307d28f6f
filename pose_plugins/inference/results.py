"""People that were found in a picture: what a prediction gives, and every format is written from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from mmengine.structures import InstanceData
from mmpose.structures import PoseDataSample

from ..utils.errors import InputError


@dataclass(frozen=True)
class People:
    """People in one picture, or in one frame of a video; N of them with K keypoints each.

    Attributes:
        source: The picture's file, or the video's, camera's or array's name.
        frame: Which frame of the source it is, from 0.
        size: Width and height of the picture in pixels.
        names: Of the keypoints, (K,), as the data set of the model's training calls them.
        keypoints: x and y in pixels of the picture, (N, K, 2), float32.
        scores: Of each keypoint, (N, K), float32, as the model's head gives them.
        boxes: Left, top, right and bottom in pixels, (N, 4), float32, of which the crops were made.
        box_scores: Of the detector, (N,), float32; 1 where boxes were given.
        ids: Of tracks, (N,), int64; -1 where there is none.
        time: Seconds from the begin of the video; None for pictures.
        features: How people look, (N, C), float32; no columns where it is not known. Files do not hold it.
    """

    source: str
    frame: int
    size: tuple[int, int]
    names: tuple[str, ...]
    keypoints: np.ndarray
    scores: np.ndarray
    boxes: np.ndarray
    box_scores: np.ndarray
    ids: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    time: float | None = None
    features: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    def __post_init__(self) -> None:
        count, known = len(self.boxes), len(self.names)
        if not self.features.size:
            object.__setattr__(self, 'features', np.zeros((count, 0), np.float32))
        if not self.ids.size and count:
            object.__setattr__(self, 'ids', np.full(count, -1, np.int64))
        shapes = dict(
            keypoints=(count, known, 2),
            scores=(count, known),
            boxes=(count, 4),
            box_scores=(count,),
            ids=(count,),
            features=(count, self.features.shape[-1]),
        )
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise InputError(f'{self.source}: {name} has shape {getattr(self, name).shape}; it must be {shape}')

    def __len__(self) -> int:
        return len(self.boxes)

    def __iter__(self) -> Iterator['People']:
        """Each person alone."""
        return (self[[number]] for number in range(len(self)))

    def __getitem__(self, which: Any) -> 'People':
        """Some of the people, chosen as NumPy chooses rows."""
        fields = 'keypoints', 'scores', 'boxes', 'box_scores', 'ids', 'features'
        return replace(self, **{name: getattr(self, name)[which] for name in fields})

    @property
    def person_scores(self) -> np.ndarray:
        """Of each person, (N,): the box's times the mean of the keypoints', as COCO's evaluation in MMPose ranks them."""
        return self.box_scores * (self.scores.mean(1) if self.scores.shape[1] else 0)

    def at(self, names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Keypoints by name, whatever order the model has.

        Args:
            names: Those wanted.

        Returns:
            Keypoints (N, n, 2) and scores (N, n); NaN and 0 where the model has no keypoint of the name.
        """
        places = {name: place for place, name in enumerate(self.names)}
        keypoints = np.full((len(self), len(names), 2), np.nan, np.float32)
        scores = np.zeros((len(self), len(names)), np.float32)
        for number, name in enumerate(names):
            if name in places:
                keypoints[:, number] = self.keypoints[:, places[name]]
                scores[:, number] = self.scores[:, places[name]]
        return keypoints, scores

    def with_ids(self, ids: Sequence[int] | np.ndarray) -> 'People':
        """The same people with ids of tracks, (N,)."""
        return replace(self, ids=np.asarray(ids, np.int64))

    def to_dict(self) -> dict[str, Any]:
        """All of it in what JSON holds."""
        return dict(
            source=self.source,
            frame=self.frame,
            time=self.time,
            size=list(self.size),
            names=list(self.names),
            people=[
                dict(
                    id=None if identity < 0 else int(identity),
                    score=round(float(score), 6),
                    box=[round(float(value), 3) for value in box],
                    box_score=round(float(box_score), 6),
                    keypoints=[
                        [round(float(value), 3) for value in (x, y)] + [round(float(point_score), 6)]
                        for (x, y), point_score in zip(points, point_scores)
                    ],
                )
                for identity, score, box, box_score, points, point_scores in zip(
                    self.ids, self.person_scores, self.boxes, self.box_scores, self.keypoints, self.scores
                )
            ],
        )

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> 'People':
        """The people of a dict that ``to_dict`` made.

        Raises:
            InputError: If something is missing or of the wrong kind.
        """
        try:
            people = content['people']
            count, known = len(people), len(content['names'])
            points = np.array([person['keypoints'] for person in people], np.float32).reshape(count, known, 3)
            width, height = content['size']
            return cls(
                source=str(content['source']),
                frame=int(content['frame']),
                size=(int(width), int(height)),
                names=tuple(map(str, content['names'])),
                keypoints=points[..., :2],
                scores=points[..., 2],
                boxes=np.array([person['box'] for person in people], np.float32).reshape(count, 4),
                box_scores=np.array([person['box_score'] for person in people], np.float32),
                ids=np.array([-1 if person['id'] is None else person['id'] for person in people], np.int64),
                time=None if content['time'] is None else float(content['time']),
            )
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise InputError(f'not the people of a picture: {type(error).__name__}: {error}') from None

    def to_samples(self, meta: Mapping[str, Any] | None = None) -> PoseDataSample:
        """As MMPose's visualisers and evaluators take them.

        Args:
            meta: What its ``metainfo`` holds beside the picture's name and size.

        Returns:
            One sample with all people in ``pred_instances``.
        """
        width, height = self.size
        instances = InstanceData(
            keypoints=self.keypoints, keypoint_scores=self.scores, bboxes=self.boxes, bbox_scores=self.box_scores
        )
        known = dict(img_path=self.source, ori_shape=(height, width), **(meta or {}))
        return PoseDataSample(metainfo=known, pred_instances=instances)


def nobody(source: str, frame: int, size: tuple[int, int], names: tuple[str, ...], time: float | None = None) -> People:
    """A picture without people."""
    known = len(names)
    empty = np.zeros((0, known, 2), np.float32), np.zeros((0, known), np.float32)
    return People(source, frame, size, names, *empty, np.zeros((0, 4), np.float32), np.zeros(0, np.float32), time=time)
