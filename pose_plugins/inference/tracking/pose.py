"""Tracks by pose: AlphaPose's stages, with the similarity of poses where it has a network for appearances."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...evaluation.oks import pairwise_iou, pairwise_oks
from ...evaluation.trackers import TRACKERS
from ...utils.arguments import at_least, fraction
from ...utils.assignment import matched
from ...utils.errors import InputError
from ..media import Frame
from ..results import People
from .motion import GATE, Motion
from .tracker import Tracker, sigmas_of

KEPT = 0.9  # of a look when the person is seen again (AlphaPose's)


@dataclass(eq=False)
class Track:
    """A person who is followed.

    Attributes:
        id: For ever.
        motion: Of the box.
        pose: Keypoints as shares of the box's height from its middle, (K, 2).
        scores: Of the keypoints, (K,).
        look: How the person looks, (C,), a moving mean of length 1; empty where it is not known.
        since: Steps since the person was seen.
        frames: In how many frames.
    """

    id: int
    motion: Motion
    pose: np.ndarray
    scores: np.ndarray
    look: np.ndarray
    since: float = 0.0
    frames: int = 1

    @property
    def keypoints(self) -> np.ndarray:
        """Where the pose is expected, and its scores, (K, 3)."""
        return np.column_stack([self.pose * self.motion.place[3] + self.motion.place[:2], self.scores])


@TRACKERS.register_module()
class PoseTracker(Tracker):
    """Ids by poses and boxes.

    Every track's box and pose are moved on as they have been moving. Four stages join them with people, each by the
    assignment of the least cost: by pose and box of those who were seen just before; the same of those who have not been
    seen for a while, who else would take over the people that others are followed by (AlphaPose, which knows them by their
    looks, does both at once); by the overlap of boxes of the first again; and of those who were seen in one frame only. Who
    is left begins a track. Of a track that is waited for and one that is at the same place, the younger goes.

    Args:
        sigmas: Of the keypoints, as COCO's, (K,); 0.08 each by default.
        pose_share: Of the similarity in the first two stages that is OKS; the rest is IoU. Half, for poses of people who are
            small or hide each other are too uncertain to tell them apart alone.
        appearance: Of the similarity in the first two stages that is the cosine of how people look, in place of the rest's
            share; AlphaPose's is 1, of a network for it. 0 needs no features; with others people are to have them
            (``Estimator(appearance=True)``).
        pose_cost: The most that 1 - similarity may be in the first two stages (AlphaPose's for appearances).
        box_cost: The most that 1 - IoU may be in the third (AlphaPose's).
        new_cost: The most that 1 - IoU may be in the fourth (AlphaPose's).
        place_share: Of the cost in the first two stages that is the distance from the expected box, in units of the gate
            beyond which nobody is taken (AlphaPose's 0.02).
        duplicate: Overlap from which on two tracks are one (AlphaPose's).
        keypoint_threshold: Scores below which keypoints do not count.
        blink: For how many steps somebody may be missed and is still among those who were seen just before. AlphaPose's is
            none; then who is missed in a frame is taken for a neighbour who was seen in it.
        new_patience: For how many steps somebody is waited for who was seen in one frame only. AlphaPose's is one frame,
            after which whoever a detector misses in their second frame is somebody else.
        patience: As in ``Tracker``; AlphaPose's is eight seconds.
        begin_threshold: As in ``Tracker``; AlphaPose's.

    Raises:
        InputError: If an argument is out of its range.
    """

    def __init__(
        self,
        sigmas: Sequence[float] | np.ndarray | None = None,
        pose_share: float = 0.5,
        appearance: float = 0.0,
        pose_cost: float = 0.7,
        box_cost: float = 0.5,
        new_cost: float = 0.7,
        place_share: float = 0.02,
        duplicate: float = 0.85,
        keypoint_threshold: float = 0.2,
        blink: float = 10.0,
        new_patience: float = 10.0,
        patience: float = 240.0,
        begin_threshold: float = 0.5,
    ) -> None:
        super().__init__(patience, begin_threshold)
        fraction(
            pose_share=pose_share,
            appearance=appearance,
            pose_cost=pose_cost,
            box_cost=box_cost,
            new_cost=new_cost,
            place_share=place_share,
            duplicate=duplicate,
        )
        at_least(0, keypoint_threshold=keypoint_threshold, blink=blink, new_patience=new_patience)
        self.sigmas = None if sigmas is None else np.asarray(sigmas, float)
        self.appearance = appearance
        self.pose_share, self.pose_cost, self.box_cost, self.new_cost = pose_share, pose_cost, box_cost, new_cost
        self.place_share, self.duplicate, self.keypoint_threshold = place_share, duplicate, keypoint_threshold
        self.blink, self.new_patience = blink, new_patience
        self._tracks: list[Track] = []

    def forget(self) -> None:
        """As in ``Tracker``."""
        self._tracks.clear()

    def _ids(self, frame: Frame, people: People, steps: float) -> np.ndarray:
        if self.appearance and len(people) and not people.features.shape[1]:
            raise InputError(
                f'{people.source}, frame {people.frame}: nobody told how people look, which appearance={self.appearance:g} '
                'needs: make the estimator with appearance=True, or track without'
            )
        for track in self._tracks:
            track.motion.predict(steps)
            track.since += steps
        owners: dict[int, Track] = {}  # number of a person -> track
        known = [track for track in self._tracks if track.frames > 1]
        recent = [track for track in known if track.since <= steps + self.blink]
        lost = [track for track in known if track.since > steps + self.blink]
        new = [track for track in self._tracks if track.frames == 1]
        for cost, most, those in (
            (self._by_pose, self.pose_cost, recent),
            (self._by_pose, self.pose_cost, lost),
            (self._by_box, self.box_cost, recent),
            (self._by_box, self.new_cost, new),
        ):
            taken = {id(track) for track in owners.values()}
            tracks = [track for track in those if id(track) not in taken]
            free = [number for number in range(len(people)) if number not in owners]
            if tracks and free:
                for row, column in matched(cost(tracks, people[free]), most):
                    owners[free[column]] = tracks[row]
        for number, track in owners.items():
            self._see(track, people[[number]])
        for number in range(len(people)):
            if number not in owners and people.box_scores[number] >= self.begin_threshold:
                owners[number] = self._begin(people[[number]])
        self._tracks = [track for track in self._tracks if self._waits(track)]
        self._join(owners)
        ids = np.full(len(people), -1)
        for number, track in owners.items():
            ids[number] = track.id
        return ids

    def _waits(self, track: Track) -> bool:
        """Whether a track is kept: seen now, or not too long ago."""
        return track.since == 0 or track.since < (self.patience if track.frames > 1 else self.new_patience)

    def _by_pose(self, tracks: list[Track], people: People) -> np.ndarray:
        """Costs of the first two stages, (T, N); infinite where somebody cannot be."""
        expected = np.stack([track.motion.box for track in tracks])
        poses = np.concatenate([people.keypoints, people.scores[..., None]], 2)  # (N, K, 3)
        similar = pairwise_oks(
            np.stack([track.keypoints for track in tracks]),
            poses,
            (expected[:, 2:] - expected[:, :2]).prod(1),
            (people.boxes[:, 2:] - people.boxes[:, :2]).prod(1),
            sigmas_of(people, self.sigmas),
            self.keypoint_threshold,
        )
        similar = self.pose_share * similar + (1 - self.pose_share) * pairwise_iou(expected, people.boxes)
        if self.appearance:
            alike = np.stack([track.look for track in tracks]) @ people.features.T  # (T, N)
            similar = (1 - self.appearance) * similar + self.appearance * alike
        distances = np.stack([track.motion.distances(people.boxes) for track in tracks])  # (T, N)
        costs = (1 - self.place_share) * (1 - similar) + self.place_share * distances / GATE
        return np.where(distances <= GATE, costs, np.inf)

    def _by_box(self, tracks: list[Track], people: People) -> np.ndarray:
        """Costs of the other stages, (T, N)."""
        return 1 - pairwise_iou(np.stack([track.motion.box for track in tracks]), people.boxes)

    def _see(self, track: Track, person: People) -> None:
        track.motion.update(person.boxes[0])
        track.pose, track.scores = self._pose(person)
        look = KEPT * track.look + (1 - KEPT) * person.features[0]
        track.look = look / max(np.linalg.norm(look), 1e-9)
        track.since, track.frames = 0.0, track.frames + 1

    def _begin(self, person: People) -> Track:
        track = Track(self._new_id(), Motion.begin(person.boxes[0]), *self._pose(person), person.features[0])
        self._tracks.append(track)
        return track

    def _pose(self, person: People) -> tuple[np.ndarray, np.ndarray]:
        """A person's pose as shares of the box, and its scores."""
        left, top, right, bottom = person.boxes[0].astype(float)
        middle, height = np.array([left + right, top + bottom]) / 2, max(bottom - top, 1e-3)
        return (person.keypoints[0] - middle) / height, person.scores[0]

    def _join(self, owners: dict[int, Track]) -> None:
        """Of a track that is seen and one that is waited for at the same place, let the younger go."""
        lost = [track for track in self._tracks if track.since > 0]
        if not lost or not owners:
            return
        numbers = list(owners)
        seen = [owners[number] for number in numbers]
        overlaps = pairwise_iou(*(np.stack([track.motion.box for track in of]) for of in (seen, lost)))
        for row, column in zip(*np.nonzero(overlaps >= self.duplicate)):
            track, other = seen[row], lost[column]
            if other not in self._tracks or owners[numbers[row]] is not track:
                continue
            if other.id < track.id:  # the person is the one who was waited for
                other.motion, other.pose, other.scores, other.look = track.motion, track.pose, track.scores, track.look
                other.since, other.frames = 0.0, other.frames + 1
                owners[numbers[row]] = other
                other = track
            self._tracks = [each for each in self._tracks if each is not other]
