"""Similarity of poses and overlap of boxes, of all to all."""

import numpy as np
import torch
from mmpose.structures.bbox import bbox_overlaps

DISTANCES = 2_000_000  # held at once


def pairwise_oks(
    first: np.ndarray,
    second: np.ndarray,
    first_areas: np.ndarray,
    second_areas: np.ndarray,
    sigmas: np.ndarray,
    threshold: float | None = None,
) -> np.ndarray:
    """Object keypoint similarity, by the mean of both areas: MMPose's ``oks_iou``, of all poses at once.

    Args:
        first: Poses, (N, K, 3): x and y in pixels, score.
        second: Others, (M, K, 3).
        first_areas: Square pixels, (N,).
        second_areas: (M,).
        sigmas: Of the keypoints, (K,).
        threshold: A keypoint counts where both poses score higher; None: all count.

    Returns:
        (N, M), float32, 0 where no keypoint counts.
    """
    rows = max(1, DISTANCES // max(1, second[..., 0].size))
    blocks = [
        _block(first[start : start + rows], second, first_areas[start : start + rows], second_areas, sigmas, threshold)
        for start in range(0, len(first), rows)
    ]
    return np.concatenate(blocks) if blocks else np.zeros((0, len(second)), np.float32)


def _block(
    first: np.ndarray,
    second: np.ndarray,
    first_areas: np.ndarray,
    second_areas: np.ndarray,
    sigmas: np.ndarray,
    threshold: float | None,
) -> np.ndarray:
    """``pairwise_oks`` of so few poses that all their distances are held."""
    offsets = second[None, :, :, :2] - first[:, None, :, :2]  # (N, M, K, 2)
    squares = offsets[..., 0] ** 2 + offsets[..., 1] ** 2  # (N, M, K)
    areas = (first_areas[:, None] + second_areas).astype(np.float64) / 2 + np.spacing(1)  # (N, M)
    near = np.exp(-(squares / (2 * np.asarray(sigmas)) ** 2 / areas[..., None] / 2))
    if threshold is None:
        return (near.sum(-1) / near.shape[-1]).astype(np.float32)
    counted = (first[:, None, :, 2] > threshold) & (second[None, :, :, 2] > threshold)
    return (near.sum(-1, where=counted) / counted.sum(-1).clip(1)).astype(np.float32)


def pairwise_iou(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Intersection over union of boxes (N, 4) and (M, 4), left, top, right, bottom: (N, M)."""
    return bbox_overlaps(*(torch.from_numpy(np.asarray(boxes, np.float64)) for boxes in (first, second))).numpy()
