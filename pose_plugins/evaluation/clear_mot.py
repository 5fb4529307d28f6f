"""How well tracks follow the truth: CLEAR MOT (Bernardin and Stiefelhagen 2008) and the F1 of identities (Ristani 2016)."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np

from ..utils.assignment import matched


@dataclass(frozen=True)
class Counts:
    """Events in the frames of one video or several; counts add up.

    Attributes:
        objects: True ones.
        found: True ones that a track was matched with.
        wrong: Tracks that were matched with nothing true.
        switches: True ones that a track was matched with, but another one than the last time.
        distance: Sum over those found.
    """

    objects: int = 0
    found: int = 0
    wrong: int = 0
    switches: int = 0
    distance: float = 0.0

    def __add__(self, other: 'Counts') -> 'Counts':
        return Counts(*(a + b for a, b in zip(astuple(self), astuple(other))))

    @property
    def mota(self) -> float:
        """Multiple object tracking accuracy in percent, at most 100 and without a least value; NaN without objects."""
        missed = self.objects - self.found
        return 100 - 100 * (missed + self.wrong + self.switches) / self.objects if self.objects else float('nan')

    @property
    def motp(self) -> float:
        """Precision in percent, 100 if all found are at distance 0; 0 if nothing is found, as PoseTrack has it."""
        return 100 - 100 * self.distance / self.found if self.found else 0.0

    @property
    def precision(self) -> float:
        """Percentage of what is tracked that is true; NaN if nothing is tracked."""
        return 100 * self.found / (self.found + self.wrong) if self.found + self.wrong else float('nan')

    @property
    def recall(self) -> float:
        """Percentage of true ones that are found; NaN without objects."""
        return 100 * self.found / self.objects if self.objects else float('nan')


class ClearMot:
    """Counts through one video, frame by frame.

    Whom a track was matched with stays matched as long as both are there and near enough, also if something else is nearer by
    now. Those that are left are matched anew, as many as can be.

    Attributes:
        counts: So far.
    """

    def __init__(self) -> None:
        self.counts = Counts()
        self._partners: dict[int, int] = {}  # true one -> track it was matched with last

    def update(self, truth: Sequence[int], tracks: Sequence[int], distances: np.ndarray) -> None:
        """Count a frame.

        Args:
            truth: Identities, (T,).
            tracks: Ids, (P,).
            distances: (T, P), infinite where two are too far apart to be matched.
        """
        places = {track: column for column, track in enumerate(tracks)}
        left = distances.copy()
        pairs = []
        for row, one in enumerate(truth):
            column = places.get(self._partners[one]) if one in self._partners else None
            if column is not None and np.isfinite(left[row, column]):
                pairs.append((row, column))
                left[row], left[:, column] = np.inf, np.inf
        switches = 0
        for row, column in matched(left):
            switches += self._partners.get(truth[row], tracks[column]) != tracks[column]
            self._partners[truth[row]] = tracks[column]
            pairs.append((row, column))
        self.counts += Counts(
            objects=len(truth),
            found=len(pairs),
            wrong=len(tracks) - len(pairs),
            switches=switches,
            distance=float(sum(distances[pair] for pair in pairs)),
        )


class Identities:
    """Counts through one video how well each track is one person's: IDF1."""

    def __init__(self) -> None:
        self._together: dict[tuple[int, int], int] = {}
        self._seen = 0  # true ones and tracks in all frames

    def update(self, truth: Sequence[int], tracks: Sequence[int], distances: np.ndarray) -> None:
        """Count a frame, as ``ClearMot.update``."""
        self._seen += len(truth) + len(tracks)
        for row, column in zip(*np.nonzero(np.isfinite(distances))):
            pair = truth[row], tracks[column]
            self._together[pair] = self._together.get(pair, 0) + 1

    @property
    def idf1(self) -> float:
        """Twice the frames in which a person is at their own track, over all frames of people and of tracks, in percent.

        Which track is whose own is chosen so that it is the most. NaN if there is nobody.
        """
        truth, tracks = (sorted({pair[side] for pair in self._together}) for side in (0, 1))
        together = np.zeros((len(truth), len(tracks)))
        for (one, track), frames in self._together.items():
            together[truth.index(one), tracks.index(track)] = frames
        own = sum(together[pair] for pair in matched(-together))
        return 200 * own / self._seen if self._seen else float('nan')
