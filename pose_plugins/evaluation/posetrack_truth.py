"""The truth of videos in COCO's format, as PoseTrack's figures want it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..utils.errors import InputError
from .posetrack import TrueFrame, head_units, oks_units

SCALES = dict(head='bbox_head', oks='area')  # the field that each measures by


def labelled_videos(images: Sequence[dict[str, Any]], path: str) -> dict[Any, list[dict[str, Any]]]:
    """Pictures by video, in the order of their frames.

    Raises:
        InputError: If a picture tells no video or frame, a frame is there twice, or pictures of a video differ in size.
    """
    videos: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for image in images:
        video = image.get('vid_id', image.get('video_id'))
        if video is None or not isinstance(image.get('frame_id'), int):
            raise InputError(
                f'{path}: image {image.get("id")}: has no vid_id (or video_id), or no whole frame_id; PoseTrackMetric is '
                'for videos'
            )
        videos[video].append(image)
    if not videos:
        raise InputError(f'{path}: has no images')
    for video, frames in videos.items():
        frames.sort(key=lambda image: image['frame_id'])
        for before, image in zip(frames, frames[1:]):
            if before['frame_id'] == image['frame_id']:
                raise InputError(f'{path}: video {video}: has frame {image["frame_id"]} twice')
            sizes = [(each.get('width'), each.get('height')) for each in (before, image)]
            if sizes[0] != sizes[1]:
                raise InputError(
                    f'{path}: video {video}: frame {image["frame_id"]} is {sizes[1][0]} x {sizes[1][1]} pixels, the one '
                    f'before {sizes[0][0]} x {sizes[0][1]}'
                )
    return dict(videos)


def check_people(annotations: Sequence[Mapping[str, Any]], needed: Sequence[str], path: str) -> None:
    """Refuse people with keypoints that lack a field, or have an identity that another one has in the same picture.

    Raises:
        InputError: Naming file, annotation and field.
    """
    seen: set[tuple[Any, Any]] = set()
    for person in annotations:
        if not any(person.get('keypoints', [])[2::3]):
            continue
        for field in needed:
            if field not in person:
                raise InputError(f'{path}: annotation {person.get("id")}: has no {field}, which PoseTrackMetric needs')
        one = person.get('image_id'), person['track_id']
        if one in seen:
            raise InputError(
                f'{path}: annotation {person.get("id")}: track_id {one[1]} is there twice in image {one[0]}'
            )
        seen.add(one)


def true_frame(
    image: Mapping[str, Any],
    people: Sequence[Mapping[str, Any]],
    known: int,
    counting: Sequence[int],
    sigmas: np.ndarray | None = None,
) -> TrueFrame:
    """Who is in a picture.

    Args:
        image: Its record.
        people: Its annotations.
        known: Number of keypoints.
        counting: Those that are evaluated.
        sigmas: Of all keypoints, (K,), to measure by the person's area; by the head box without.

    Returns:
        The frame.
    """
    poses = np.array([person['keypoints'] for person in people], float).reshape(len(people), known, 3)
    if sigmas is None:
        units = head_units(np.array([person.get('bbox_head', [0] * 4) for person in people], float).reshape(-1, 4))
    else:
        areas = np.array([person.get('area', 0) for person in people], float)
        units = oks_units(areas, sigmas[list(counting)])
    return TrueFrame(
        ids=np.array([person.get('track_id', -1) for person in people], int),
        keypoints=poses[:, counting, :2],
        labelled=poses[:, counting, 2] > 0,
        units=np.maximum(units, 1e-6),  # a head of no size finds nothing
        ignored=[np.column_stack(xy) for xy in zip(*(image.get(f'ignore_regions_{of}', []) for of in 'xy'))],
        annotated=bool(people),
    )
