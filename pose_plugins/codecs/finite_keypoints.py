"""Refuses keypoints that are no numbers, before they are encoded."""

from typing import Any

import numpy as np

from ..utils.errors import InputError

# what ``GenerateTarget`` hands a codec beside the keypoints, to say where they come from
ORIGIN = {'img_path', 'id'}


def check_keypoints(keypoints: np.ndarray, img_path: Any = None, id: Any = None) -> None:
    """Refuse NaN and infinity: a weight of 0 does not keep them out of a loss.

    Args:
        keypoints: (N, K, 2), pixels of the input.
        img_path: Of the picture, if known.
        id: Of the annotation, if known.

    Raises:
        InputError: Naming the first keypoint that is not finite.
    """
    if np.isfinite(keypoints).all():
        return
    person, k, _ = np.argwhere(~np.isfinite(keypoints))[0]
    place = f'{img_path}, annotation {id}: ' if img_path is not None else ''
    x, y = keypoints[person, k]
    raise InputError(f'{place}keypoint {k} (from 0) lies at {x:g}, {y:g} of the input: must be finite numbers')
