"""Where a heatmap peaks, on the device that it is on."""

import torch
from torch import Tensor


def heatmap_peaks(heatmaps: Tensor) -> tuple[Tensor, Tensor]:
    """The peak of each heatmap, moved a quarter of a pixel towards its higher neighbours, as ``MSRAHeatmap`` decodes it
    but for peaks near the border, which MMPose leaves more of as they are.

    Args:
        heatmaps: (B, K, H, W).

    Returns:
        (B, K, 2), x and y in pixels of the heatmap; (B, K), the heatmap there.
    """
    height, width = heatmaps.shape[2:]
    flat = heatmaps.flatten(2)  # (B, K, H W)
    scores, peak = flat.max(-1)  # (B, K)
    x, y = peak % width, peak // width

    def shift(index: Tensor, size: int, stride: int) -> Tensor:
        # at the border, one neighbour is missing: no shift
        inside = (index > 0) & (index < size - 1)
        before, after = ((peak + step).clamp(0, flat.shape[-1] - 1)[..., None] for step in (-stride, stride))
        return 0.25 * inside * (flat.gather(-1, after) - flat.gather(-1, before))[..., 0].sign()

    return torch.stack([x + shift(x, width, 1), y + shift(y, height, width)], -1), scores
