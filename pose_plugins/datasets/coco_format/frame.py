"""Rules of a whole file's coordinates: that they are pixels of its pictures, and boxes left, top, width, height."""

import numpy as np

from .findings import MANY, Finding, found
from .people import People

NEARLY_ALL = 0.98
FAR = 10  # pictures away: no slip of the hand
BORDER = 0.02  # of a picture's size, by which what is drawn by hand may lie outside


def frame_findings(people: People) -> list[Finding]:
    """Find what is wrong with most coordinates of a file, and which single ones look odd.

    Args:
        people: Of the file.

    Returns:
        The findings.
    """
    data = people.data
    before = len(data.findings)
    _check_origin(people)
    _check_unlabelled(people)
    fractions = _check_fractions(people)
    if not fractions and not _check_exchanged(people):
        _check_outside(people)
    _check_corners(people)
    findings = data.findings[before:]
    del data.findings[before:]
    return findings


def _check_origin(people: People) -> None:
    """Labelled keypoints at 0, 0: how an export writes those that it does not know."""
    data, labelled = people.data, people.labelled
    if not data.fields.keypoints:
        return
    origin = labelled & (people.keypoints[..., :2] == 0).all(-1)
    count = int(origin.sum())
    who = np.flatnonzero(origin.any(1))
    many = count > MANY * max(1, labelled.sum())
    data.wrong(
        'keypoints are labelled at 0, 0', data.names(who), len(who), wrong=many,
        meaning=f'{count} of {labelled.sum()} labelled ones; the flag of one that is not known is 0',
    )  # fmt: skip


def _check_unlabelled(people: People) -> None:
    """Keypoints with coordinates and flags of 0, which are neither learned nor evaluated."""
    data = people.data
    placed = np.any((people.keypoints[..., :2] > 0).all(-1), axis=1) & ~people.crowd
    without = np.flatnonzero(placed & ~people.labelled.any(1))
    data.wrong(
        'keypoints have coordinates and all flags are 0: not labelled', data.names(without), len(without),
        wrong=len(without) > 0.5 * max(1, placed.sum()), meaning='the flag of a keypoint that counts is 1 or 2',
    )  # fmt: skip


def _points(people: People) -> tuple[np.ndarray, np.ndarray]:
    """Labelled keypoints that are not at 0, 0, (points, 2), and each one's person, (points,)."""
    who, which = np.nonzero(people.labelled & (people.keypoints[..., :2] != 0).any(-1))
    return people.keypoints[who, which, :2], who


def _check_fractions(people: People) -> bool:
    """Coordinates from 0 to 1 instead of pixels."""
    data = people.data
    points, who = _points(people)
    large = (data.sizes[who] > 4).all(1)
    small = ((points >= 0) & (points <= 1)).all(1)
    keypoints = len(points) > 0 and large.mean() > 0.5 and small.mean() >= NEARLY_ALL
    boxed = np.flatnonzero((people.boxes[:, 2:] > 0).all(1) & (data.sizes > 4).all(1))
    boxes = people.boxes[boxed]
    fractional = len(boxes) > 0 and ((boxes >= 0) & (boxes <= 1)).all(1).mean() >= NEARLY_ALL
    for is_so, what, first in ((keypoints, 'keypoints', np.unique(who)[:3]), (fractional, data.fields.box, boxed[:3])):
        if is_so:
            count = len(np.unique(who)) if what == 'keypoints' else len(boxes)
            data.wrong(
                f'{what} must be in pixels, these lie between 0 and 1', data.values(first, str(what)), count,
                meaning='multiply x by the width of the picture and y by its height',
            )  # fmt: skip
    return bool(keypoints or fractional)


def _outside(points: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Whether points lie outside of pictures of a size, (points,)."""
    margin = BORDER * sizes + 1
    return np.any((points < -margin) | (points > sizes + margin), axis=1)


def _check_exchanged(people: People) -> bool:
    """x and y in each other's place."""
    data = people.data
    points, who = _points(people)
    known = np.isfinite(data.sizes[who]).all(1)
    points, who = points[known], who[known]
    if not len(points):
        return False
    as_is, turned = _outside(points, data.sizes[who]), _outside(points[:, ::-1], data.sizes[who])
    exchanged = bool(as_is.mean() > 0.1 and turned.mean() < 0.1 * as_is.mean())
    boxes = people.boxes[who]
    if not exchanged and np.isfinite(boxes).all():
        # also where pictures are square, or people in their middle: by the boxes, which then lie elsewhere
        inside = _in_boxes(points, boxes).mean()
        exchanged = inside < 0.5 and _in_boxes(points[:, ::-1], boxes).mean() > 0.9
        as_is = ~_in_boxes(points, boxes)
    if exchanged:
        bad = np.unique(who[as_is])
        data.wrong(
            'x and y of the keypoints, or width and height of the pictures, seem to be exchanged', data.names(bad), len(bad),
            meaning=f'{as_is.mean():.0%} of the labelled keypoints lie outside, hardly any if they are y and x',
        )  # fmt: skip
    return bool(exchanged)


def _in_boxes(points: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    margin = 0.1 * boxes[:, 2:] + 1
    low, high = boxes[:, :2] - margin, boxes[:, :2] + boxes[:, 2:] + margin
    return ((points >= low) & (points <= high)).all(1)


def _check_outside(people: People) -> None:
    """Keypoints outside of their pictures, or of their people's boxes."""
    data = people.data
    points, who = _points(people)
    known = np.isfinite(data.sizes[who]).all(1)
    out = np.zeros(len(points), bool)
    out[known] = _outside(points[known], data.sizes[who[known]])
    far = np.zeros(len(points), bool)
    far[known] = (np.abs(points[known]) > FAR * data.sizes[who[known]]).any(1)
    very = np.unique(who[far])
    data.wrong(f'a labelled keypoint is more than {FAR} pictures away', data.names(very), len(very))
    bad = np.unique(who[out])
    share = out.sum() / max(1, known.sum())
    data.wrong(
        'labelled keypoints lie outside of the picture', data.names(bad), len(bad), wrong=share > 0.5,
        meaning=f'{share:.1%} of all labelled ones',
    )  # fmt: skip
    boxed = np.isfinite(people.boxes[who]).all(1) & (people.boxes[who][:, 2:] > 0).all(1)
    if boxed.any() and share <= 0.5:
        inside = np.zeros(len(people.boxes), int)
        np.add.at(inside, who[boxed], _in_boxes(points[boxed], people.boxes[who[boxed]]))
        persons = np.unique(who[boxed])
        apart = persons[inside[persons] == 0]
        data.wrong(
            "no labelled keypoint lies in the person's box", data.values(apart, str(data.fields.box)), len(apart),
            wrong=len(apart) > 0.5 * len(persons), meaning='the network would not see the person',
        )  # fmt: skip
        in_boxes = inside.sum() / boxed.sum()
        if in_boxes < 0.5 and len(apart) <= 0.5 * len(persons):
            first = persons[:3]
            data.wrong(
                f"most labelled keypoints lie outside of their people's boxes; {data.fields.box} must be left, top, width, "
                'height, in which left, top is a corner and not the centre',
                data.values(first, str(data.fields.box)), len(persons), meaning=f'{in_boxes:.0%} lie inside',
            )  # fmt: skip


def _check_corners(people: People) -> None:
    """Boxes as left, top, right, bottom."""
    data, key = people.data, str(people.data.fields.box)
    usable = np.isfinite(people.boxes).all(1) & np.isfinite(data.sizes).all(1) & (people.boxes[:, 2:] > 0).all(1)
    which = np.flatnonzero(usable & ~people.crowd)
    boxes, sizes = people.boxes[which], data.sizes[which]
    data.findings += corner_findings(data.path, key, boxes, sizes, [f'{who}' for who in data.values(which[:3], key)])
    ends = boxes[:, :2] + boxes[:, 2:]
    large = which[((ends > FAR * sizes) | (boxes[:, :2] < -FAR * sizes)).any(1)]
    data.wrong(f'{key} reaches more than {FAR} pictures far', data.values(large, key), len(large))
    away = (boxes[:, 0] >= sizes[:, 0]) | (boxes[:, 1] >= sizes[:, 1]) | (ends <= 0).any(1)
    data.wrong(
        f'{key} lies outside of the picture', data.values(which[away], key), int(away.sum()),
        wrong=away.mean() > 0.5 if len(away) else False, meaning='MMPose leaves the person out',
    )  # fmt: skip


def corner_findings(path: str, key: str, boxes: np.ndarray, sizes: np.ndarray, records: list[str]) -> list[Finding]:
    """Tell boxes that are left, top, right, bottom in most of a file.

    Args:
        path: The file.
        key: Under which the boxes stand.
        boxes: (n, 4), as read.
        sizes: Width and height of their pictures, (n, 2).
        records: What the first of them are called.

    Returns:
        A finding, or none.
    """
    if not len(boxes):
        return []
    margin = BORDER * sizes + 1
    leaves = (boxes[:, :2] + boxes[:, 2:] > sizes + margin).any(1)
    fits = (
        (boxes[:, 2:] > boxes[:, :2]).all(1)
        & (boxes[:, 2:] <= sizes + margin).all(1)
        & (boxes[:, :2] >= -margin).all(1)
    )
    extent = np.maximum(boxes[:, 2:] - boxes[:, :2], 0)
    differs = extent.prod(1) < 0.8 * boxes[:, 2:].prod(1)  # not where a box begins in the picture's corner
    if leaves.mean() <= 0.25 or fits.mean() < NEARLY_ALL or differs.mean() <= 0.5:
        return []
    return found(
        path, f'{key} must be left, top, width, height; these seem to be left, top, right, bottom', records, len(boxes),
        meaning=f'{leaves.mean():.0%} of the boxes would leave their pictures',
    )  # fmt: skip
