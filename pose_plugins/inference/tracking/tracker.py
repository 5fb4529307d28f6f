"""The face of trackers, and what all of them check and count."""

from abc import ABC, abstractmethod

import numpy as np

from ...utils.arguments import at_least, fraction
from ...utils.errors import DivergedError, InputError
from ..media import Frame
from ..people import Found
from ..results import People

SIGMA = 0.08  # of a keypoint of which nothing is known: about the mean of COCO's
STEPS_A_SECOND = 30  # in a video; of pictures without a time each is one step


class Tracker(ABC):
    """Gives people ids, frame by frame. No id is given twice, also not in another video.

    Args:
        patience: For how many steps a person who is not seen is waited for; one is the next frame.
        begin_threshold: Score of a box from which on somebody unknown gets an id; below it is -1.

    Raises:
        InputError: If an argument is out of its range.
    """

    looks = False  # at pictures
    step_by_step = False  # whether a frame's poses must be known before boxes of the next are looked for

    def __init__(self, patience: float, begin_threshold: float) -> None:
        at_least(0, patience=patience)
        fraction(begin_threshold=begin_threshold)
        self.patience, self.begin_threshold = patience, begin_threshold
        self._next_id = 0
        self._before: People | None = None

    def boxes(self, frame: Frame, people: Found) -> Found:
        """Boxes to look into in the next frame: those that were found, and what a tracker adds to them."""
        return people

    def update(self, frame: Frame, people: People) -> np.ndarray:
        """Ids of the people in the next frame.

        Args:
            frame: The picture.
            people: Those in it.

        Returns:
            (N,), whole numbers from 0; -1 for who has none.

        Raises:
            InputError: If the frame is not later than the one before, or of another size.
            DivergedError: If a pose or box is NaN or infinite.
        """
        for name in ('keypoints', 'scores', 'boxes', 'box_scores'):
            if not np.isfinite(getattr(people, name)).all():
                raise DivergedError(
                    f'{people.source}, frame {people.frame}: {name} are NaN or infinite, nobody can be tracked'
                )
        steps = self._steps(people)
        self._before = people
        return self._ids(frame, people, steps)

    def _steps(self, people: People) -> float:
        """Time since the frame before, 0 in the first frame of a video, before which all tracks are forgotten."""
        before = self._before
        if before is None:
            return 0.0
        if people.time is not None and people.source != before.source:
            self.forget()
            return 0.0
        if people.size != before.size:
            raise InputError(
                f'{people.source}, frame {people.frame}: is {people.size[0]} x {people.size[1]} pixels, the one before '
                f'{before.size[0]} x {before.size[1]}; people are tracked through frames of one size'
            )
        if people.frame <= before.frame:
            raise InputError(
                f'{people.source}, frame {people.frame}: comes after frame {before.frame}; people are tracked forwards'
            )
        if people.time is None or before.time is None or people.time <= before.time:  # some videos tell no times
            return float(people.frame - before.frame)
        return round((people.time - before.time) * STEPS_A_SECOND, 3)  # times are not exact, a frame is to be one step

    def _new_id(self) -> int:
        self._next_id += 1
        return self._next_id - 1

    @abstractmethod
    def _ids(self, frame: Frame, people: People, steps: float) -> np.ndarray:
        """Ids of people (N,), so many steps after the frame before."""

    @abstractmethod
    def forget(self) -> None:
        """Forget all tracks, as another video begins; ids go on."""


def sigmas_of(people: People, sigmas: np.ndarray | None) -> np.ndarray:
    """Sigmas of people's keypoints, (K,); ``SIGMA`` each where none are given.

    Raises:
        InputError: If there are other numbers of them.
    """
    known = len(people.names)
    if sigmas is None:
        return np.full(known, SIGMA)
    if sigmas.shape != (known,):
        raise InputError(f'sigmas: are {len(sigmas)}, people have {known} keypoints')
    return sigmas
