"""Ids for a video whose people are all known, as metrics ask for them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ...evaluation.trackers import TRACKERS
from ...utils.picture_files import read_picture
from ..media import Frame
from ..results import People
from .building import build_tracker


@TRACKERS.register_module()
class VideoTracker:
    """Follows the people of one video. Nobody is added: boxes that optical flow would look into were not estimated.

    Args:
        tracker: Config of a tracker, such as ``dict(type='PoseTracker')``.
        sigmas: Of the keypoints, (K,), unless the config has some.

    Raises:
        InputError: If there is no such tracker, or an argument is out of its range.
    """

    def __init__(self, tracker: Mapping[str, Any], sigmas: Sequence[float] | None = None) -> None:
        self.tracker = build_tracker(tracker, sigmas)

    def __call__(self, frames: Iterable[Mapping[str, Any]]) -> list[np.ndarray]:
        """Follow them.

        Args:
            frames: In order, of each ``path`` of the picture, number ``frame``, ``size``, and of its N people ``names``,
                ``keypoints`` (N, K, 2), ``scores`` (N, K), ``boxes`` (N, 4), left, top, right, bottom, and ``box_scores``
                (N,).

        Returns:
            Ids of each frame's people, (N,); -1 for who has none.

        Raises:
            InputError: If a picture that the tracker looks at cannot be read, or frames are of different sizes.
            DivergedError: If a pose or box is not finite.
        """
        return [self._ids(frame) for frame in frames]

    def _ids(self, frame: Mapping[str, Any]) -> np.ndarray:
        width, height = frame['size']
        source = str(frame['path'])
        picture: np.ndarray = np.broadcast_to(np.uint8(0), (height, width, 3))
        if self.tracker.looks:
            picture = read_picture(source)
        people = People(
            source=source,
            frame=frame['frame'],
            size=(picture.shape[1], picture.shape[0]),
            names=tuple(frame['names']),
            keypoints=np.asarray(frame['keypoints'], np.float32),
            scores=np.asarray(frame['scores'], np.float32),
            boxes=np.asarray(frame['boxes'], np.float32),
            box_scores=np.asarray(frame['box_scores'], np.float32),
        )
        return self.tracker.update(Frame(source, frame['frame'], picture), people)
