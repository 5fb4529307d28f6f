"""PoseTrack's figures for people in videos: average precision of keypoints, and CLEAR MOT of each keypoint's tracks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from .clear_mot import ClearMot, Counts

HEAD_SHARE = 0.6  # of a head box's diagonal is PCKh's unit
LIMIT = 0.5  # units up to which a keypoint is found


@dataclass(frozen=True)
class TrueFrame:
    """Who is in a frame.

    Attributes:
        ids: Identities, (T,).
        keypoints: Pixels, (T, K, 2).
        labelled: Which of them are annotated, (T, K).
        units: Pixels of one unit of distance, (T,) or by keypoint (T, K): ``head_units`` or ``oks_units``.
        ignored: Outlines of regions, each (n, 2), in which nothing counts.
        annotated: Whether the frame has an annotation of anybody, be it without keypoints.
    """

    ids: np.ndarray
    keypoints: np.ndarray
    labelled: np.ndarray
    units: np.ndarray
    ignored: Sequence[np.ndarray] = ()
    annotated: bool = True


@dataclass(frozen=True)
class FoundFrame:
    """Who was found in a frame.

    Attributes:
        keypoints: Pixels, (P, K, 2); NaN where one was not found.
        scores: (P, K).
        ids: Of tracks, (P,); -1 where there is none.
    """

    keypoints: np.ndarray
    scores: np.ndarray
    ids: np.ndarray

    def only(self, keypoints: Sequence[int]) -> 'FoundFrame':
        """The same people with some of their keypoints."""
        return FoundFrame(self.keypoints[:, keypoints], self.scores[:, keypoints], self.ids)


Video = Sequence[tuple[TrueFrame, FoundFrame]]


def head_units(head_boxes: np.ndarray) -> np.ndarray:
    """PCKh's unit for head boxes of left, top, width and height (T, 4): pixels, (T,)."""
    return HEAD_SHARE * np.hypot(head_boxes[:, 2], head_boxes[:, 3])


def oks_units(areas: np.ndarray, sigmas: np.ndarray) -> np.ndarray:
    """Pixels (T, K) in which a keypoint's similarity, of OKS, falls to a half at ``LIMIT``, for areas (T,)."""
    return 2 * np.sqrt(-2 * np.log(0.5) * areas)[:, None] * sigmas / LIMIT


class PoseTrackFigures:
    """Gathers frames, video by video.

    Two readings are in use. By 'frames' every frame counts as it is. 'poseval' is what the published tool does: frames
    without annotations are left out; for tracks each video's last frame is, too; and a frame with nobody true or nobody found
    is one miss and one false positive of each keypoint, whatever the other side holds.

    Args:
        videos: Frames of each in order, what is true beside what was found.
        reading: 'frames' or 'poseval'.
        least_score: Keypoints that score lower have no part in tracks; they have in precision.
        known: How many keypoints there are, K.

    Attributes:
        precision: Average precision of each keypoint in percent, (K,), NaN where nothing is labelled.
        counts: Of each keypoint's tracks, K of them.
    """

    def __init__(self, videos: Iterable[Video], reading: str, least_score: float, known: int) -> None:
        self._poseval, self._least_score = reading == 'poseval', least_score
        scores: list[list[np.ndarray]] = []
        labels: list[list[np.ndarray]] = []
        objects = np.zeros(known, int)
        self.counts = [Counts()] * known
        for video in videos:
            frames = [pair for pair in video if not self._poseval or pair[0].annotated]
            seen = [_seen(truth, found) for truth, found in frames]
            for frame in seen:
                scores.append([frame.scores[here, k] for k, here in enumerate(frame.there.T)])
                hits = _hits(frame)
                labels.append([hits[here, k] for k, here in enumerate(frame.there.T)])
                objects += frame.labelled.sum(0)
            self._follow(seen[:-1] if self._poseval else seen)
        self.precision = np.array(
            [
                average_precision(_of_all(scores, k), _of_all(labels, k), total)
                for k, total in enumerate(objects.tolist())
            ]
        )

    def _follow(self, frames: Sequence['_Frame']) -> None:
        """Count the tracks of a video."""
        trackers = [ClearMot() for _ in self.counts]
        for frame in frames:
            tracked = frame.there & (frame.scores >= self._least_score) & (frame.tracks >= 0)[:, None]  # (P, K)
            for k, tracker in enumerate(trackers):
                rows, columns = frame.labelled[:, k], tracked[:, k]
                if self._poseval and not (frame.labelled.any() and tracked.any()):
                    tracker.counts += Counts(objects=1, wrong=1)
                    continue
                distances = frame.distances[rows][:, columns, k]
                tracker.update(frame.ids[rows].tolist(), frame.tracks[columns].tolist(), distances)
        self.counts = [counts + tracker.counts for counts, tracker in zip(self.counts, trackers)]


@dataclass(frozen=True)
class _Frame:
    """A frame without what lies in ignored regions; people without any keypoint left are left out."""

    ids: np.ndarray  # (T,)
    labelled: np.ndarray  # (T, K)
    tracks: np.ndarray  # (P,)
    there: np.ndarray  # (P, K)
    scores: np.ndarray  # (P, K)
    distances: np.ndarray  # (T, P, K), infinite where no match


def _of_all(frames: Sequence[Sequence[np.ndarray]], keypoint: int) -> np.ndarray:
    """A keypoint's values in all frames, one after the other."""
    return np.concatenate([np.zeros(0), *(frame[keypoint] for frame in frames)])


def _seen(truth: TrueFrame, found: FoundFrame) -> _Frame:
    labelled = truth.labelled & ~_ignored(truth.keypoints, truth.ignored)
    there = np.isfinite(found.keypoints).all(-1) & ~_ignored(found.keypoints, truth.ignored)
    rows, columns = labelled.any(1), there.any(1)
    gaps = np.linalg.norm(truth.keypoints[rows, None] - found.keypoints[None, columns], axis=-1)  # (T, P, K)
    units = truth.units[rows]
    distances = gaps / (units[:, None, None] if units.ndim == 1 else units[:, None])
    known = labelled[rows, None] & there[None, columns]
    return _Frame(
        ids=truth.ids[rows],
        labelled=labelled[rows],
        tracks=found.ids[columns],
        there=there[columns],
        scores=found.scores[columns],
        distances=np.where(known & (distances <= LIMIT), distances, np.inf),
    )


def _ignored(points: np.ndarray, regions: Sequence[np.ndarray]) -> np.ndarray:
    """Which points (N, K, 2) lie inside of a region, (N, K); its outline is outside."""
    inside = np.zeros(points.shape[:2], bool)
    for region in regions:
        outline = np.asarray(region, np.float32).reshape(-1, 1, 2)
        for place in np.ndindex(inside.shape):
            x, y = points[place].tolist()
            inside[place] |= cv2.pointPolygonTest(outline, (x, y), False) > 0
    return inside


def _hits(frame: _Frame) -> np.ndarray:
    """Which keypoints of people that were found are right, (P, K).

    Each person found goes to the true one of whom they have the largest share of keypoints, and each true one keeps the best
    of those; keypoints of the others are wrong.
    """
    near = np.isfinite(frame.distances)  # (T, P, K)
    hits = np.zeros(near.shape[1:], bool)
    if not near.size:
        return hits
    shares = near.sum(2) / frame.labelled.sum(1)[:, None]  # (T, P)
    best = shares.argmax(0)
    shares = np.where(np.arange(len(shares))[:, None] == best, shares, 0)
    for row, column in enumerate(shares.argmax(1)):
        if shares[row, column] > 0:
            hits[column] = near[row, column]
    return hits


def average_precision(scores: np.ndarray, hits: np.ndarray, total: int) -> float:
    """Area below the curve of precision over recall, precision being the best at that recall or a higher one.

    Args:
        scores: (N,).
        hits: Which are right, (N,).
        total: How many there are to find.

    Returns:
        Percent; NaN if there is nothing to find.
    """
    if not total:
        return float('nan')
    right = np.cumsum(hits[np.argsort(-scores, kind='stable')])
    recall = right / total
    precision = np.maximum.accumulate((right / np.arange(1, len(right) + 1))[::-1])[::-1]
    return float(100 * np.sum(np.diff(recall, prepend=0) * precision))
