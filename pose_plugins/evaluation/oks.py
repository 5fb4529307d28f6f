"""Object keypoint similarity of every pose to every other, and overlap of boxes: COCO's formulas."""

import numpy as np


def pairwise_oks(
    first: np.ndarray, second: np.ndarray, areas: np.ndarray, sigmas: np.ndarray, counts: np.ndarray | None = None
) -> np.ndarray:
    """The mean over keypoints of exp(-d^2 / (2 area (2 sigma)^2)).

    Args:
        first: Poses, (N, K, 2), pixels.
        second: Others, (M, K, 2).
        areas: Of each pair, in square pixels; what broadcasts to (N, M).
        sigmas: Of the keypoints, (K,).
        counts: Which keypoints count in which pair, (N, M, K); all by default.

    Returns:
        (N, M), 0 where no keypoint counts.
    """
    offset = first[:, None] - second[None]  # (N, M, K, 2)
    spread = 2 * np.asarray(areas)[..., None] * (2 * sigmas) ** 2
    similar = np.exp(-(offset * offset).sum(-1) / spread)  # (N, M, K)
    if counts is None:
        return similar.mean(-1)
    return (similar * counts).sum(-1) / np.maximum(counts.sum(-1), 1)


def pairwise_iou(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Intersection over union of boxes (N, 4) and (M, 4), left, top, right, bottom: (N, M)."""
    corner = np.maximum(first[:, None, :2], second[None, :, :2])
    sides = (np.minimum(first[:, None, 2:], second[None, :, 2:]) - corner).clip(0)
    common = sides.prod(-1)
    areas = [(boxes[:, 2:] - boxes[:, :2]).clip(0).prod(-1) for boxes in (first, second)]
    return common / np.maximum(areas[0][:, None] + areas[1] - common, 1e-9)
