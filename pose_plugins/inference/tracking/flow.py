"""Tracks by optical flow: Simple Baselines' and HRNet's way on PoseTrack, of which no code was published."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ...evaluation.oks import pairwise_iou, pairwise_oks
from ...evaluation.trackers import TRACKERS
from ...utils.arguments import at_least, fraction, positive
from ..media import Frame
from ..people import Found, found
from ..results import People
from .tracker import Tracker, sigmas_of

LEAST_SIDE = 16  # pixels, of the smaller pictures, below which OpenCV has no flow


@dataclass(eq=False)
class FlowTrack:
    """A person who is followed.

    Attributes:
        id: For ever.
        keypoints: Moved by the flow to the last frame, (K, 2).
        scores: Of the keypoints, (K,).
        area: Of the box when the person was seen, square pixels.
        score: Of that box; one from the flow has its predecessor's, faded.
        since: Frames since then.
    """

    id: int
    keypoints: np.ndarray
    scores: np.ndarray
    area: float
    score: float
    since: int = 0


@TRACKERS.register_module()
class FlowTracker(Tracker):
    """Ids by poses that optical flow moves from frame to frame.

    ``boxes`` is to be asked before poses are estimated, frame by frame.

    Where the flow carries a person of the frame before to and no box was found, there is one more box: the extent of the
    moved keypoints and a margin. Poses are then joined with the moved ones of the last frames, the most similar first.

    Args:
        sigmas: Of the keypoints, as COCO's, (K,); 0.08 each by default.
        least: OKS from which on two poses may be of one person. No paper gives it; half of what counts as a hit.
        keypoint_threshold: Scores below which keypoints are not moved. The papers' 0.4 is for large networks; small ones are
            less sure.
        box_threshold: Scores of boxes below which people are not tracked (the papers' 0.5).
        margin: Of a box from the flow, as a share of its extent (the papers' 0.15).
        overlap: IoU with a box that was found from which on one from the flow is not needed. No paper gives it; the extent of
            keypoints is narrower than a detector's box.
        fading: Factor on a box's score for each frame in which only the flow has found it. No paper gives it; with it nobody
            is carried on without being found for more than a few frames.
        frames: How many frames back people are looked for (L in the papers, which do not tell it).
        width: Pixels to which pictures are made smaller for the flow.

    Raises:
        InputError: If an argument is out of its range.
    """

    step_by_step = looks = True

    def __init__(
        self,
        sigmas: Sequence[float] | np.ndarray | None = None,
        least: float = 0.25,
        keypoint_threshold: float = 0.2,
        box_threshold: float = 0.5,
        margin: float = 0.15,
        overlap: float = 0.3,
        fading: float = 0.9,
        frames: int = 30,
        width: int = 320,
    ) -> None:
        fraction(box_threshold=box_threshold)
        super().__init__(frames, box_threshold)
        fraction(least=least, keypoint_threshold=keypoint_threshold, margin=margin, overlap=overlap, fading=fading)
        at_least(1, frames=frames)
        positive(width=width)
        self.sigmas = None if sigmas is None else np.asarray(sigmas, float)
        self.least, self.keypoint_threshold, self.margin, self.overlap = least, keypoint_threshold, margin, overlap
        self.fading, self.width = fading, width
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
        self._tracks: list[FlowTrack] = []
        self._grey: np.ndarray | None = None
        self._at: tuple[str, int] | None = None  # the frame to which tracks have been moved

    def forget(self) -> None:
        """As in ``Tracker``."""
        self._tracks.clear()
        self._grey = self._at = None

    def boxes(self, frame: Frame, people: Found) -> Found:
        """Boxes to look into: those that were found, and those to which people of the frame before have moved.

        Args:
            frame: The next one.
            people: Who was found in it.

        Returns:
            Both; of the flow's those that no other box covers.
        """
        self._move(frame)
        moved = [
            track
            for track in self._tracks
            if track.since == 0 and self._sure(track).sum() > 1 and self.fading * track.score >= self.begin_threshold
        ]
        if not moved:
            return people
        boxes = np.stack([self._around(track) for track in moved])
        limits = np.array([*frame.size, *frame.size], float)
        seen = (np.minimum(boxes[:, 2:], limits[2:]) - np.maximum(boxes[:, :2], 0)).min(1) > 1
        free = seen & (pairwise_iou(boxes, people.boxes).max(1, initial=0) < self.overlap)
        scores = self.fading * np.array([track.score for track in moved])
        return found(
            np.concatenate([people.boxes, boxes[free]]),
            np.concatenate([people.scores, scores[free]]),
            np.concatenate([people.ids, np.full(free.sum(), -1)]),
        )

    def _ids(self, frame: Frame, people: People, steps: float) -> np.ndarray:
        self._move(frame)
        ids = np.full(len(people), -1)
        areas = (people.boxes[:, 2:] - people.boxes[:, :2]).prod(1)
        tracks = self._tracks
        if tracks and len(people):
            similar = pairwise_oks(
                np.stack([np.column_stack([track.keypoints, track.scores]) for track in tracks]),
                np.concatenate([people.keypoints, people.scores[..., None]], 2),
                np.array([track.area for track in tracks]),
                areas,
                sigmas_of(people, self.sigmas),
                self.keypoint_threshold,
            )
            similar[:, people.box_scores < self.begin_threshold] = -1
            while similar.max() >= self.least:
                row, column = np.unravel_index(similar.argmax(), similar.shape)
                ids[column] = tracks[row].id
                similar[row], similar[:, column] = -1, -1
        by_id = {track.id: track for track in tracks}
        for track in tracks:
            track.since += 1
        for number in np.flatnonzero(people.box_scores >= self.begin_threshold):
            if ids[number] < 0:
                ids[number] = self._new_id()
            by_id[ids[number]] = FlowTrack(
                int(ids[number]),
                people.keypoints[number].astype(float),
                people.scores[number],
                float(areas[number]),
                float(people.box_scores[number]),
            )
        self._tracks = [track for track in by_id.values() if track.since < self.patience]
        return ids

    def _move(self, frame: Frame) -> None:
        """Move all tracks to the next frame, once."""
        if (frame.source, frame.index) == self._at:
            return
        if frame.time is not None and self._at is not None and frame.source != self._at[0]:  # another video
            self.forget()
        height, width = frame.picture.shape[:2]
        scale = min(1.0, self.width / width)
        small = cv2.resize(frame.picture, (max(1, round(scale * width)), max(1, round(scale * height))))
        grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
        if self._tracks and self._grey is not None and self._grey.shape == grey.shape and min(grey.shape) >= LEAST_SIDE:
            flow = self._flow.calc(self._grey, grey, np.zeros((*grey.shape, 2), np.float32))  # (h, w, 2)
            share = np.array([grey.shape[1] / width, grey.shape[0] / height])
            for track in self._tracks:
                columns, rows = (
                    np.clip(np.round(track.keypoints * share), 0, np.array(grey.shape)[::-1] - 1).astype(int).T
                )
                track.keypoints = track.keypoints + flow[rows, columns] / share
        self._grey, self._at = grey, (frame.source, frame.index)

    def _sure(self, track: FlowTrack) -> np.ndarray:
        """Which keypoints count, (K,)."""
        return track.scores > self.keypoint_threshold

    def _around(self, track: FlowTrack) -> np.ndarray:
        """Extent of the moved keypoints and the margin, (4,)."""
        points = track.keypoints[self._sure(track)]
        low, high = points.min(0), points.max(0)
        margin = self.margin / 2 * (high - low)
        return np.concatenate([low - margin, high + margin])
