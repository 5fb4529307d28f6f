"""A video's people as PoseTrack18's evaluation reads them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

MOST = 999  # the largest number of a track that the evaluation takes
EARS = 'left_ear', 'right_ear'  # are annotated nowhere


def annotation(
    image_id: int, track_id: int, keypoints: np.ndarray, scores: np.ndarray, names: Sequence[str]
) -> dict[str, Any]:
    """A person.

    Args:
        image_id: Of the picture.
        track_id: 0 to ``MOST``, each once in a picture.
        keypoints: (K, 2), pixels.
        scores: (K,).
        names: Of the keypoints, (K,).

    Returns:
        The annotation, ears left out.
    """
    rows = np.column_stack([keypoints, scores]).astype(float).round(4)
    rows[np.isin(names, EARS)] = 0
    return dict(image_id=image_id, track_id=track_id, keypoints=rows.ravel().tolist(), scores=rows[:, 2].tolist())


def categories(names: Sequence[str]) -> list[dict[str, Any]]:
    """The description of the keypoints."""
    return [dict(id=1, name='person', keypoints=list(names))]
