"""Non-maximum suppression of the poses of a picture by their similarity, as MMPose's, with all similarities known before."""

import numpy as np

MOST = 20  # poses that the soft way keeps, as MMPose's; COCO's evaluation takes no more of a picture


def oks_nms(similarity: np.ndarray, scores: np.ndarray, threshold: float) -> list[int]:
    """Keep the best pose, drop those like it, and so on.

    Args:
        similarity: Of all poses to all, (N, N).
        scores: (N,).
        threshold: A pose is dropped if its similarity to a kept one is above.

    Returns:
        Indices of the poses that are kept, the best first.
    """
    order = scores.argsort()[::-1]  # as MMPose sorts, so that ties fall alike
    unlike = similarity[order][:, order] <= threshold
    left = np.ones(len(order), bool)
    kept = []
    for rank, index in enumerate(order):
        if left[rank]:
            kept.append(int(index))
            left &= unlike[rank]
    return kept


def soft_oks_nms(similarity: np.ndarray, scores: np.ndarray, threshold: float) -> list[int]:
    """Take the best pose, lower the scores of those left by their similarity to it, and so on.

    Args:
        similarity: Of all poses to all, (N, N).
        scores: (N,).
        threshold: A score is multiplied by exp(-similarity^2 / threshold).

    Returns:
        Indices of the first ``MOST`` poses, in the order in which they were taken.
    """
    order = scores.argsort()[::-1]
    scores = scores[order]
    kept: list[int] = []
    while len(order) and len(kept) < MOST:
        best, order = order[0], order[1:]
        kept.append(int(best))
        scores = scores[1:] * np.exp(-(similarity[best, order] ** 2) / threshold)
        again = scores.argsort()[::-1]
        order, scores = order[again], scores[again]
    return kept


NMS = {'oks_nms': oks_nms, 'soft_oks_nms': soft_oks_nms}
