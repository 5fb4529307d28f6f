"""The plain tracker: somebody is who stood at about the same place in the frame before."""

import numpy as np

from ...evaluation.oks import pairwise_iou
from ...evaluation.trackers import TRACKERS
from ...utils.arguments import fraction
from ...utils.assignment import matched
from ..media import Frame
from ..results import People
from .tracker import Tracker


@TRACKERS.register_module()
class IouTracker(Tracker):
    """Ids by the overlap of boxes; poses are not looked at.

    Args:
        least: Intersection over union from which on two boxes may be of one person (SORT's).
        patience: As in ``Tracker``; SORT's is one frame.
        begin_threshold: As in ``Tracker``.
    """

    def __init__(self, least: float = 0.3, patience: float = 1.0, begin_threshold: float = 0.5) -> None:
        super().__init__(patience, begin_threshold)
        fraction(least=least)
        self.least = least
        self._tracks: dict[int, tuple[np.ndarray, float]] = {}  # id -> last box, steps since it was seen

    def forget(self) -> None:
        """As in ``Tracker``."""
        self._tracks.clear()

    def _ids(self, frame: Frame, people: People, steps: float) -> np.ndarray:
        known = list(self._tracks)
        ids = np.full(len(people), -1)
        if known:
            overlaps = pairwise_iou(np.stack([self._tracks[each][0] for each in known]), people.boxes)
            for row, column in matched(1 - overlaps, 1 - self.least):
                ids[column] = known[row]
        for number in np.flatnonzero((ids < 0) & (people.box_scores >= self.begin_threshold)):
            ids[number] = self._new_id()
        seen = {each: (people.boxes[number], 0.0) for number, each in enumerate(ids.tolist()) if each >= 0}
        waiting = {
            each: (box, since + steps) for each, (box, since) in self._tracks.items() if since + steps < self.patience
        }
        self._tracks = {**waiting, **seen}
        return ids
