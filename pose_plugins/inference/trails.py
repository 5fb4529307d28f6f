"""Lines behind people with ids: where they stood in the last frames."""

from collections import deque

import cv2
import numpy as np

from .drawing import track_colour
from .results import People


class Trails:
    """Remembers where people were and draws it.

    Args:
        length: For how many frames a place is shown; 0 draws nothing.
    """

    def __init__(self, length: int) -> None:
        self.length = length
        self._frame = 0
        self._places: dict[int, deque[tuple[int, tuple[int, int]]]] = {}  # id -> frames and places
        self._source = ''

    def draw(self, picture: np.ndarray, people: People) -> np.ndarray:
        """Draw the trails of all who were seen of late.

        Args:
            picture: (h, w, 3), BGR, uint8.
            people: In it.

        Returns:
            The picture itself if there is nothing to draw, else a copy with the lines.
        """
        if not self.length:
            return picture
        if people.time is not None and people.source != self._source:  # another video
            self._places.clear()
        self._source, self._frame = people.source, self._frame + 1
        for identity, (left, _, right, bottom) in zip(people.ids.tolist(), people.boxes.tolist()):
            if identity >= 0:
                foot = round((left + right) / 2), round(bottom)
                self._places.setdefault(identity, deque()).append((self._frame, foot))
        drawn = picture.copy()
        for identity, places in list(self._places.items()):
            while places and places[0][0] <= self._frame - self.length:
                places.popleft()
            if not places:
                del self._places[identity]
                continue
            line = np.array([place for _, place in places], np.int32).clip(-(1 << 20), 1 << 20)
            cv2.polylines(drawn, [line], False, track_colour(identity), 2, cv2.LINE_AA)
        return drawn
