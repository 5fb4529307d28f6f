"""Estimates keypoints' sigmas from objects that several annotators have annotated."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

SAME_BOX = 0.8  # least intersection over union of two boxes of one object
SAME_POSE = 0.25  # largest median distance of two annotations of one object, in roots of its area
MIN_PAIRS = 30  # the estimate is then off by a tenth: 1 / (2 sqrt(pairs)) of it for normally distributed distances
BOX_FILL = 0.53  # area of an object in its box where none is annotated, as COCO's evaluation has it


class Agreement(NamedTuple):
    """How far annotators differ.

    Attributes:
        sigmas: (K,), NaN where fewer than ``MIN_PAIRS`` pairs have the keypoint.
        pairs: (K,), pairs of annotations that both have the keypoint.
        copies: Pairs whose keypoints are the same to the digit, which were copied and not annotated twice.
    """

    sigmas: np.ndarray
    pairs: np.ndarray
    copies: int


def annotators_sigmas(objects: Sequence[Mapping[str, Any]], num_keypoints: int) -> Agreement:
    r"""Estimate how exactly people place each keypoint, as COCO's sigmas.

    sigma_i^2 = E[d_i^2 / s^2], where d_i is the distance of keypoint i, in pixels, between two annotations of one object, and
    s^2 its area in square pixels, the mean of both. Sigma is without unit: a share of the root of the area.

    Two annotations are of one object where they lie in one picture, have boxes with an intersection over union of
    ``SAME_BOX`` or more, and their keypoints are ``SAME_POSE`` or less apart in the median: people who hide each other have
    such boxes, too.

    Args:
        objects: COCO's annotations, with ``image_id``, ``bbox`` and ``keypoints``; crowds do not count.
        num_keypoints: K.

    Returns:
        Sigmas and the pairs they were estimated from.
    """
    by_picture: dict[Any, list[Mapping[str, Any]]] = {}
    for one in objects:
        if not one.get('iscrowd'):
            by_picture.setdefault(one['image_id'], []).append(one)
    total, pairs, copies = np.zeros(num_keypoints), np.zeros(num_keypoints, int), 0
    for group in by_picture.values():
        for first, second in zip(*_same_boxes(group)) if len(group) > 1 else ():
            points = np.array([group[first]['keypoints'], group[second]['keypoints']], float).reshape(2, -1, 3)
            both = (points[..., 2] > 0).all(0) & np.isfinite(points).all((0, 2))  # (K,)
            area = (_area(group[first]) + _area(group[second])) / 2
            if not both.any() or not area > 0:
                continue
            apart = np.square(points[0, :, :2] - points[1, :, :2]).sum(-1) / area  # (K,)
            if not apart[both].any():
                copies += 1
            elif np.median(apart[both]) <= SAME_POSE**2:
                total[both] += apart[both]
                pairs += both
    sigmas = np.full(num_keypoints, np.nan)
    enough = (pairs >= MIN_PAIRS) & (total > 0)
    sigmas[enough] = np.sqrt(total[enough] / pairs[enough])
    return Agreement(sigmas, pairs, copies)


def _same_boxes(objects: Sequence[Mapping[str, Any]]) -> tuple[np.ndarray, np.ndarray]:
    """Each two whose boxes overlap as those of one object do: indices of the first and of the second."""
    boxes = np.array([one['bbox'] for one in objects], float)
    low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    inner = np.clip(np.minimum(high[:, None], high) - np.maximum(low[:, None], low), 0, None).prod(-1)  # (N, N)
    areas = boxes[:, 2:].clip(0).prod(-1)
    union = areas[:, None] + areas - inner
    return np.nonzero(np.triu((inner >= SAME_BOX * union) & (inner > 0), k=1))


def _area(one: Mapping[str, Any]) -> float:
    """Square pixels; of the box where none is annotated."""
    area = one.get('area')
    if isinstance(area, (int, float)) and 0 < area < np.inf:
        return float(area)
    return BOX_FILL * one['bbox'][2] * one['bbox'][3]
