"""MMPose's similarity of poses and overlap of boxes, of all to all."""

import numpy as np
import torch
from mmpose.evaluation.functional.nms import oks_iou
from mmpose.structures.bbox import bbox_overlaps


def pairwise_oks(
    first: np.ndarray,
    second: np.ndarray,
    first_areas: np.ndarray,
    second_areas: np.ndarray,
    sigmas: np.ndarray,
    threshold: float,
) -> np.ndarray:
    """Object keypoint similarity, by the mean of both areas.

    Args:
        first: Poses, (N, K, 3): x and y in pixels, score.
        second: Others, (M, K, 3).
        first_areas: Square pixels, (N,).
        second_areas: (M,).
        sigmas: Of the keypoints, (K,).
        threshold: A keypoint counts where both poses score higher.

    Returns:
        (N, M), 0 where no keypoint counts.
    """
    rows = second.reshape(len(second), -1)
    each = [
        oks_iou(pose.ravel(), rows, area, second_areas, sigmas, threshold) for pose, area in zip(first, first_areas)
    ]
    return np.stack(each) if each else np.zeros((0, len(second)))


def pairwise_iou(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Intersection over union of boxes (N, 4) and (M, 4), left, top, right, bottom: (N, M)."""
    return bbox_overlaps(*(torch.from_numpy(np.asarray(boxes, np.float64)) for boxes in (first, second))).numpy()
