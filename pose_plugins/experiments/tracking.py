"""Compares trackers: on drawn videos with true poses, with missed boxes and with a network's poses, and on MOT sequences."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from ..datasets.annotations import read_annotations
from ..datasets.meta import keypoint_names
from ..evaluation.clear_mot import ClearMot, Counts, Identities
from ..evaluation.oks import pairwise_iou
from ..evaluation.posetrack import FoundFrame, PoseTrackFigures, TrueFrame
from ..evaluation.posetrack18_file import EARS
from ..evaluation.posetrack_truth import labelled_videos, true_frame
from ..inference.media import Frame
from ..inference.people import FindPeople, Found, found, inside
from ..inference.pose_estimator import PoseEstimator
from ..inference.results import People
from ..inference.tracking import KINDS, build_tracker
from ..utils.picture_files import read_picture

IDS = 1_000_000  # more than a video has
OVERLAP = 0.5  # of boxes, from which on a track is at a person, as in the MOT challenge
MISSED, GAP, LONGEST_GAP = 0.2, 0.02, 10  # share of boxes missed; how often a gap begins, and its most frames
SCORE = 0.2  # of keypoints that have part in tracks; small networks are less sure than the papers'
LOOKS = 0.5  # share of how people look, where it is tried
NAMES = tuple(keypoint_names('posetrack18'))
COUNTING = [number for number, name in enumerate(NAMES) if name not in EARS]

Poses = Callable[[Frame, Found], People]


@dataclass(frozen=True)
class Shot:
    """A frame of a video with its truth.

    Attributes:
        frame: The picture.
        ids: Who is in it, (T,).
        boxes: Theirs, (T, 4).
        truth: Their keypoints; None where they are not known.
    """

    frame: Frame
    ids: np.ndarray
    boxes: np.ndarray
    truth: TrueFrame | None = None


@dataclass(frozen=True)
class Figures:
    """Figures of a tracker on some videos.

    Attributes:
        mota: By keypoint, the mean of all, in percent; NaN where poses have no truth.
        box_mota, idf1: By box, in percent.
        switches: Of people, by box.
        people, frames: How many true boxes and frames there are.
        seconds, flow_seconds: In the tracker, and of these in what it does before poses are known: optical flow.
    """

    mota: float
    box_mota: float
    idf1: float
    switches: int
    people: int
    frames: int
    seconds: float
    flow_seconds: float


def drawn_videos(root: Path) -> list[list[Shot]]:
    """The validation videos of a synthetic set in PoseTrack18's format; people without keypoints are left out."""
    path = root / 'annotations/posetrack18_val.json'
    content = read_annotations(path)
    people: dict[int, list[dict]] = {}
    for person in content['annotations']:
        if any(person['keypoints']):
            people.setdefault(person['image_id'], []).append(person)
    videos = []
    for images in labelled_videos(content['images'], str(path)).values():
        video = []
        for image in images:
            those = people.get(image['id'], [])
            corners = np.array([person['bbox'] for person in those], float).reshape(-1, 4)
            corners[:, 2:] += corners[:, :2]
            file = root / image['file_name']
            frame = Frame(str(file), image['frame_id'], read_picture(file))
            truth = true_frame(image, those, len(NAMES), range(len(NAMES)))
            video.append(Shot(frame, truth.ids, corners, truth))
        videos.append(video)
    return videos


def mot_sequence(frames: Iterable[Frame], truth: Iterable[People]) -> list[Shot]:
    """A sequence of the MOT challenge: its pictures, and the people of its ``gt.txt``."""
    known = {people.frame: people for people in truth}
    shots = []
    for number, frame in enumerate(frames):
        people = known.get(number)
        ids, boxes = (np.zeros(0, int), np.zeros((0, 4))) if people is None else (people.ids, people.boxes)
        shots.append(Shot(frame, ids, boxes.astype(float)))
    return shots


def true_people(video: Sequence[Shot], missed: np.random.Generator | None = None) -> Iterator[np.ndarray]:
    """Numbers of those in each frame whom a detector finds: all, or not those whom it misses alone or for some frames."""
    away: dict[int, int] = {}
    for shot in video:
        seen = []
        for number, identity in enumerate(shot.ids.tolist()):
            if missed is not None and missed.random() < GAP:
                away[identity] = shot.frame.index + int(missed.integers(1, LONGEST_GAP + 1))
            alone = missed is not None and missed.random() < MISSED
            if not alone and away.get(identity, -1) <= shot.frame.index:
                seen.append(number)
        yield np.array(seen, int)


def given_truth(video: Sequence[Shot], missed: np.random.Generator | None = None) -> tuple[FindPeople, Poses]:
    """Finds true boxes, some of them missed, and gives true poses; a box that a tracker adds has none."""
    shown = dict(zip((shot.frame.index for shot in video), true_people(video, missed)))
    shots = {shot.frame.index: shot for shot in video}

    def find(frame: Frame) -> Found:
        boxes = shots[frame.index].boxes[shown[frame.index]]
        return found(boxes, np.ones(len(boxes)))

    def poses(frame: Frame, boxes: Found) -> People:
        which, truth = shown[frame.index], shots[frame.index].truth
        assert truth is not None
        middles = boxes.boxes[: len(which)].reshape(-1, 2, 2).mean(1)[:, None]  # (n, 1, 2)
        labelled = truth.labelled[which]
        keypoints = np.where(labelled[..., None], truth.keypoints[which], middles)
        return _people(frame, NAMES, keypoints, labelled, Found(*(of[: len(which)] for of in boxes)))

    return find, poses


def estimated_by(estimator: PoseEstimator) -> Poses:
    """Poses of a network."""

    def poses(frame: Frame, boxes: Found) -> People:
        boxes = inside(boxes, frame)
        if not len(boxes.boxes):
            known = len(estimator.names)
            return _people(frame, estimator.names, np.zeros((0, known, 2)), np.zeros((0, known)), boxes)
        result = estimator([estimator.crop(frame, box) for box in boxes.boxes])
        people = _people(frame, estimator.names, result.keypoints, result.scores, boxes)
        return people if result.features is None else replace(people, features=result.features)

    return poses


def follow(
    videos: Sequence[Sequence[Shot]],
    ways: Sequence[tuple[FindPeople, Poses]],
    tracker: str | Mapping[str, Any],
    sigmas: Sequence[float] | None,
) -> Figures:
    """Track the people of some videos, each with a tracker of its own.

    Args:
        videos: Their frames.
        ways: Of each, what finds people, and what gives their poses.
        tracker: A name or config, as ``build_tracker`` takes it.
        sigmas: Of the keypoints, (K,).

    Returns:
        The figures, by every frame.
    """
    seconds = flow_seconds = 0.0
    counts, identities, tracked = Counts(), Identities(), []
    for number, (video, (find, poses)) in enumerate(zip(videos, ways)):
        follower, mot = build_tracker(tracker, sigmas), ClearMot()
        frames = []
        for shot in video:
            people = find(shot.frame)
            start = time.perf_counter()
            boxes = follower.boxes(shot.frame, people)
            before = time.perf_counter() - start
            result = poses(shot.frame, boxes)
            start = time.perf_counter()
            ids = follower.update(shot.frame, result)
            seconds += before + time.perf_counter() - start
            flow_seconds += before
            overlaps = pairwise_iou(shot.boxes, result.boxes[ids >= 0])
            apart = np.where(overlaps >= OVERLAP, 1 - overlaps, np.inf)
            mot.update(shot.ids.tolist(), ids[ids >= 0].tolist(), apart)
            apart_by = number * IDS  # ids begin anew in each video
            identities.update((shot.ids + apart_by).tolist(), (ids[ids >= 0] + apart_by).tolist(), apart)
            if shot.truth is not None:
                frames.append((shot.truth, FoundFrame(*result.at(NAMES), ids)))
        counts += mot.counts
        tracked.append(frames)
    keypoints = PoseTrackFigures(tracked, 'frames', SCORE, len(NAMES)).counts
    motas = [keypoints[k].mota for k in COUNTING if keypoints[k].objects]
    return Figures(
        mota=float(np.mean(motas)) if motas else float('nan'),
        box_mota=counts.mota,
        idf1=identities.idf1,
        switches=counts.switches,
        people=counts.objects,
        frames=sum(map(len, videos)),
        seconds=seconds,
        flow_seconds=flow_seconds,
    )


def compare(
    videos: Sequence[Sequence[Shot]],
    ways: Sequence[tuple[FindPeople, Poses]],
    sigmas: Sequence[float] | None,
    looks: bool = False,
) -> dict[str, Figures]:
    """Figures of each tracker on the same videos.

    Args:
        videos, ways, sigmas: As for ``follow``.
        looks: Whether the poses come with features of how people look, which one more tracker is tried with.

    Returns:
        Name -> figures.
    """
    cv2.setNumThreads(1)  # speed is one core's
    torch.set_num_threads(1)
    trackers: dict[str, str | Mapping[str, Any]] = {kind: kind for kind in KINDS}
    if looks:
        trackers['pose, looks'] = dict(type=KINDS['pose'].__name__, appearance=LOOKS)
    return {name: follow(videos, ways, tracker, sigmas) for name, tracker in trackers.items()}


def _people(frame: Frame, names: tuple[str, ...], keypoints: np.ndarray, scores: np.ndarray, boxes: Found) -> People:
    """People of a frame in their types."""
    keypoints, scores = keypoints.astype(np.float32), scores.astype(np.float32)
    return People(frame.source, frame.index, frame.size, names, keypoints, scores, boxes.boxes, boxes.scores, boxes.ids)
