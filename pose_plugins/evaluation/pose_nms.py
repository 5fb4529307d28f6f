"""AlphaPose's parametric pose NMS: poses that are of the same person become one."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..utils.arguments import at_least, positive
from ..utils.errors import DivergedError, InputError

HANDS, FACE = 42, 68  # of whole bodies of 133 and 136 keypoints the last are hands, those before them a face
WHOLE_BODIES = 133, 136


@dataclass(frozen=True)
class Part:
    """How much the keypoints of a part of the body count.

    Attributes:
        score: Weight in the similarity of scores.
        distance: Weight in the similarity of places.
        reach: Factor on ``PoseNMS.distance_scale``.
    """

    score: float = 1.0
    distance: float = 1.0
    reach: float = 1.0


@dataclass(frozen=True)
class PoseNMS:
    """Joins poses of the same person; as published, or measured by the person's size.

    Poses are taken in the order of their mean score. Those left join pose p if their similarity to it is above ``similarity``
    or ``matches`` of their keypoints lie as near as r, a share ``radius`` of the longer side of p's box. The similarity is
    that of scores, the sum of tanh(s_p / d1) tanh(s_q / d1) over keypoints at most a pixel apart, plus ``distance_weight``
    times that of places, the sum of exp(-d / d2) over all keypoints, d pixels apart. Each keypoint of a group is then the
    mean of those that lie near p's, weighted by score, and its score is the mean, weighted likewise.

    Args:
        score_scale: d1.
        distance_scale: d2, pixels.
        distance_weight: Of places against scores.
        similarity: Above which poses are one.
        matches: How many near keypoints make poses one.
        radius: r as a share of the longer side of p's box.
        match_limit: The most that r is for ``matches``, pixels.
        merge_limit: The most that r is for merging, pixels.
        score_threshold: A group is dropped if no keypoint of p, or none of the merged pose, scores as high.
        parts: Of body, face and hands, with means over each part in place of sums; None: sums over all keypoints.
        size: A person whose box's longer side has so many pixels is treated as published, distances of larger and smaller
            ones in proportion; None: pixels of the picture, as published, whatever the person's size.

    Raises:
        InputError: If a number is out of range.
    """

    score_scale: float = 1.0
    distance_scale: float = 2.65
    distance_weight: float = 1.7
    similarity: float = 22.48
    matches: int = 5
    radius: float = 0.1
    match_limit: float = 7.0
    merge_limit: float = 15.0
    score_threshold: float = 0.3
    parts: tuple[Part, Part, Part] | None = None
    size: float | None = None

    def __post_init__(self) -> None:
        positive(
            score_scale=self.score_scale, distance_scale=self.distance_scale, size=1 if self.size is None else self.size
        )
        at_least(0, radius=self.radius, match_limit=self.match_limit, merge_limit=self.merge_limit)
        at_least(1, matches=self.matches)


BODY = PoseNMS()
# the published code counts only keypoints below the threshold for the similarity of scores, and divides the number of matches
# by that of poses; both look like mistakes and are not done here
WHOLE_BODY = PoseNMS(
    distance_scale=8.0,
    distance_weight=1.65,
    similarity=3.6,
    matches=3,
    radius=0.15,
    score_threshold=0.01,
    parts=(Part(), Part(reach=1.9), Part(score=0.1, distance=1.5, reach=0.55)),
)


class MergedPoses(NamedTuple):
    """The poses that are left, M of them, best first.

    Attributes:
        keypoints: (M, K, 2).
        scores: (M, K).
        leaders: Which of the given poses each was gathered around, (M,).
        members: Which of them it was made of, the leader among them.
    """

    keypoints: np.ndarray
    scores: np.ndarray
    leaders: np.ndarray
    members: list[np.ndarray]


def published_nms(keypoints: int) -> PoseNMS:
    """The published numbers for people of so many keypoints."""
    return WHOLE_BODY if keypoints in WHOLE_BODIES else BODY


def pose_nms(keypoints: np.ndarray, scores: np.ndarray, boxes: np.ndarray, settings: PoseNMS = BODY) -> MergedPoses:
    """Join the poses of the same person.

    Args:
        keypoints: Of N poses, (N, K, 2), pixels.
        scores: (N, K).
        boxes: Left, top, right and bottom, (N, 4), pixels.
        settings: When poses are one.

    Returns:
        What is left, whatever the order of the poses was.

    Raises:
        DivergedError: If a number is NaN or infinite.
        InputError: If shapes do not fit each other, parts are asked of keypoints that have none, or so few keypoints that not
            even the same pose twice would be one.
    """
    keypoints, scores, boxes = (np.asarray(values, np.float32) for values in (keypoints, scores, boxes))
    count, known = scores.shape if scores.ndim == 2 else (-1, -1)
    if keypoints.shape != (count, known, 2) or boxes.shape != (count, 4):
        raise InputError(
            f'pose NMS: keypoints {keypoints.shape}, scores {scores.shape} and boxes {boxes.shape} are not (N, K, 2), '
            '(N, K) and (N, 4)'
        )
    for name, values in dict(keypoints=keypoints, scores=scores, boxes=boxes).items():
        if not np.isfinite(values).all():
            raise DivergedError(f'pose NMS: {name} are NaN or infinite')
    if not count or not known:
        return MergedPoses(keypoints[:0], scores[:0], np.zeros(0, np.int64), [])
    by_score, by_distance, reach = _weights(settings, known)
    if known < settings.matches and by_score.sum() + by_distance.sum() <= settings.similarity:
        raise InputError(
            f'pose NMS: poses of {known} keypoints can never be one by matches={settings.matches} and '
            f'similarity={settings.similarity:g}; lower one of them'
        )
    sides = (boxes[:, 2:] - boxes[:, :2]).max(1).clip(1e-6)  # (N,)
    shrink = np.ones(count, np.float32) if settings.size is None else settings.size / sides
    radii = settings.radius * sides * shrink
    certainty = np.tanh(scores / settings.score_scale) * np.sqrt(by_score)  # (N, K)
    # best first; equals are ordered by where they are, not by how they came
    order = np.lexsort((keypoints[:, 0, 1], keypoints[:, 0, 0], -scores.mean(1)))
    x, y, certainty = keypoints[order, :, 0].copy(), keypoints[order, :, 1].copy(), certainty[order]
    left = np.ones(count, bool)
    merged, heights, leaders, members = [], [], [], []
    for first, leader in enumerate(order):
        if not left[first]:
            continue
        dx, dy = x[first:] - x[first], y[first:] - y[first]
        distance = np.sqrt(dx * dx + dy * dy) * shrink[leader]  # (n, K), of the leader itself and those after it
        similarity = np.exp(distance / reach) @ by_distance
        same = distance <= 1
        same[~left[first:]] = False
        if same[1:].any():
            similarity += (same * certainty[first:]) @ certainty[first]
        matches = np.count_nonzero(distance <= min(radii[leader], settings.match_limit), axis=1)
        joins = left[first:] & ((similarity > settings.similarity) | (matches >= settings.matches))
        joins[0] = True
        left[first:] &= ~joins
        group = order[first:][joins]
        near = distance[joins] <= min(radii[leader], settings.merge_limit)  # (m, K)
        pose, height = _mean(keypoints[group], scores[group] * near, keypoints[leader])
        if min(scores[leader].max(), height.max()) >= settings.score_threshold:
            merged.append(pose)
            heights.append(height)
            leaders.append(leader)
            members.append(group)
    if not merged:
        return MergedPoses(keypoints[:0], scores[:0], np.zeros(0, np.int64), [])
    return MergedPoses(np.stack(merged), np.stack(heights), np.array(leaders), members)


def _weights(settings: PoseNMS, known: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each keypoint: weight of its score, weight of its place, and minus the scale of its distance, (K,) each."""
    parts: tuple[Part, ...] = settings.parts or (Part(),)
    sizes = [known]
    if settings.parts is not None:
        if known not in WHOLE_BODIES:
            raise InputError(
                f'pose NMS: {known} keypoints have no parts; parts are of {WHOLE_BODIES[0]} or {WHOLE_BODIES[1]}'
            )
        sizes = [known - FACE - HANDS, FACE, HANDS]
    shares = 1 / np.repeat(sizes, sizes) if settings.parts else 1.0  # means or sums

    def each(name: str) -> np.ndarray:
        return np.repeat([getattr(part, name) for part in parts], sizes)

    by_score, by_distance = each('score') * shares, each('distance') * shares * settings.distance_weight
    return tuple(np.float32(values) for values in (by_score, by_distance, -each('reach') * settings.distance_scale))


def _mean(keypoints: np.ndarray, weights: np.ndarray, otherwise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places (m, K, 2) weighted by scores (m, K), to (K, 2) and (K,); ``otherwise`` where no score is above zero."""
    total = weights.sum(0)  # (K,)
    some = total > 0
    safe = np.where(some, total, 1)
    places = (keypoints * weights[..., None]).sum(0) / safe[:, None]
    return np.where(some[:, None], places, otherwise), np.where(some, (weights * weights).sum(0) / safe, 0)
