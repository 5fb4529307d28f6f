"""Tells whether a sample has true keypoints."""

from collections.abc import Mapping
from typing import Any

import numpy as np


def has_truth(truth: Mapping[str, Any]) -> bool:
    """Whether keypoints are true ones: with boxes of a detector, MMPose puts all of them at (0, 0) and calls them visible.

    Args:
        truth: ``gt_instances`` of one sample.

    Returns:
        False also where there are no keypoints.
    """
    keypoints, visible = (truth.get(name) for name in ('keypoints', 'keypoints_visible'))
    return keypoints is not None and visible is not None and bool(np.asarray(keypoints)[shown(visible)].any())


def shown(visible: np.ndarray) -> np.ndarray:
    """Which keypoints are visible, (N, K), of ``keypoints_visible``, (N, K) or with weights beside them (N, K, 2)."""
    visible = np.asarray(visible)
    return (visible if visible.ndim == 2 else visible[..., 0]) > 0
