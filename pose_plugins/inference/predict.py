"""From pictures to poses: people of several pictures go through the network in one batch, in order, with bounded memory."""

import logging
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.logging import print_log
from mmpose.models import TopdownPoseEstimator
from numpy.typing import ArrayLike
from torch import nn

from ..evaluation.pose_nms import PoseNMS
from ..utils.arguments import at_least
from ..utils.threads import ahead
from .estimator import FAST, Estimator, Speed
from .joining import joined
from .media import Array, Frame, Source, Stream, found_sources, frames
from .people import FindPeople, Found, GivenBoxes, everywhere, inside, whole_picture
from .pose_estimator import PoseEstimator
from .results import People
from .tracking import Tracker

AHEAD = 8  # pictures that are read before they are wanted
WAITING = 64  # pictures that wait for a batch to fill, at most


def predict(
    source: Source,
    model: TopdownPoseEstimator | PoseEstimator,
    people: FindPeople | ArrayLike = whole_picture,
    batch: int = 32,
    speed: Speed = FAST,
    nms: PoseNMS | None = None,
    tracker: Tracker | None = None,
) -> Iterator[People]:
    """Estimate the poses of all people in pictures, videos, a camera or arrays.

    Args:
        source: As in ``found_sources``.
        model: As ``load_model`` gives it, or a ``PoseEstimator`` such as ``OnnxEstimator``.
        people: Where people are: ``whole_picture``, ``GivenBoxes``, what ``build_detector`` gives, or boxes for every
            picture, (N, 4): left, top, right and bottom in pixels.
        batch: People in a batch.
        speed: What may make the network faster.
        nms: When poses are of the same person and become one; None leaves all as they are.
        tracker: Gives people ids that stay through a video, in place of those that boxes may have.

    Yields:
        The people of each picture, in order; a picture without people has none.

    Raises:
        InputError: If a source is not there or cannot be read, a box is none, or the model is no top-down one.
    """
    estimator = Estimator(model, speed) if isinstance(model, nn.Module) else model
    if not callable(people):
        people = everywhere(people)
    sources = found_sources(source)
    check_boxes(people, sources)
    read = ahead(frames(sources), AHEAD)
    return (result for _, result in estimated(read, estimator, people, batch, nms, tracker))


def check_boxes(people: FindPeople, sources: Sequence[Path | Stream | Array]) -> None:
    """Refuse boxes that are known by numbers of pictures that are not there, or of one video among several.

    Args:
        people: Finds people.
        sources: As ``found_sources`` gives them.

    Raises:
        InputError: As ``GivenBoxes.check_sources``.
    """
    if isinstance(people, GivenBoxes):
        videos = sum(isinstance(source, Stream) for source in sources)
        people.check_sources(len(sources) - videos, videos)


def estimated(
    pictures: Iterable[Frame],
    estimator: PoseEstimator,
    people: FindPeople,
    batch: int = 32,
    nms: PoseNMS | None = None,
    tracker: Tracker | None = None,
) -> Iterator[tuple[Frame, People]]:
    """Estimate the poses in pictures that are read already.

    Args:
        pictures: The pictures. Those of a camera are answered one by one, others when a batch of people has come together.
        estimator: The network.
        people: Finds people.
        batch: People in a batch, at least 1.
        nms: As in ``predict``.
        tracker: As in ``predict``.

    Yields:
        Each picture and its people, in order.
    """
    at_least(1, batch=batch)
    for frame, result in _estimated(pictures, estimator, people, batch, tracker):
        if nms is not None:
            result = joined(result, nms)
        if tracker is not None:
            result = result.with_ids(tracker.update(frame, result))
        yield frame, result
    for line in people.left_over() if isinstance(people, GivenBoxes) else ():
        print_log(line, 'current', logging.WARNING)


def _estimated(
    pictures: Iterable[Frame], estimator: PoseEstimator, people: FindPeople, batch: int, tracker: Tracker | None
) -> Iterator[tuple[Frame, People]]:
    """Each picture and all that was found in it."""
    alone = tracker is not None and tracker.step_by_step
    waiting: deque[_Picture] = deque()
    crops: deque[tuple[_Picture, int, dict[str, Any]]] = deque()
    for frame in pictures:
        boxes = people(frame) if tracker is None else tracker.boxes(frame, people(frame))
        picture = _Picture.begin(frame, inside(boxes, frame), len(estimator.names))
        waiting.append(picture)
        for number, box in enumerate(picture.found.boxes):
            crops.append((picture, number, estimator.crop(frame, box)))
            if len(crops) == batch:
                _estimate(crops, estimator)
        if alone or frame.frames is None or len(waiting) == WAITING:  # somebody waits, or too many pictures do
            _estimate(crops, estimator)
        while waiting and not waiting[0].left:
            yield waiting.popleft().result(estimator.names)
    _estimate(crops, estimator)
    while waiting:
        yield waiting.popleft().result(estimator.names)


@dataclass
class _Picture:
    """A picture whose people are being estimated; ``left`` of them are still to come."""

    frame: Frame
    found: Found
    keypoints: np.ndarray  # (N, K, 2)
    scores: np.ndarray  # (N, K)
    left: int
    features: list[np.ndarray] = field(default_factory=list)  # (C,) of each; none where nobody asked

    @classmethod
    def begin(cls, frame: Frame, found: Found, keypoints: int) -> '_Picture':
        count = len(found.boxes)
        shape = count, keypoints
        return cls(frame, found, np.zeros((*shape, 2), np.float32), np.zeros(shape, np.float32), count)

    def result(self, names: tuple[str, ...]) -> tuple[Frame, People]:
        return self.frame, People(
            source=self.frame.source,
            frame=self.frame.index,
            size=self.frame.size,
            names=names,
            keypoints=self.keypoints,
            scores=self.scores,
            boxes=self.found.boxes,
            box_scores=self.found.scores,
            ids=self.found.ids,
            time=self.frame.time,
            features=np.stack(self.features) if self.features else np.zeros((len(self.found.boxes), 0), np.float32),
        )


def _estimate(crops: deque[tuple[_Picture, int, dict[str, Any]]], estimator: PoseEstimator) -> None:
    """Put the people who wait through the network."""
    if not crops:
        return
    poses = estimator([crop for _, _, crop in crops])
    for row, (picture, number, _) in enumerate(crops):
        picture.keypoints[number], picture.scores[number] = poses.keypoints[row], poses.scores[row]
        if poses.features is not None:
            picture.features.append(poses.features[row])  # people of a picture come in their order
        picture.left -= 1
    crops.clear()
