"""Decoding of codecs in operations of PyTorch, of which a graph can be made: equal to their own in NumPy."""

from typing import Any

import cv2
import torch
from mmpose.codecs import MSRAHeatmap, UDPHeatmap
from torch import Tensor
from torch.nn import functional as F

from ..codecs import RLELaplaceLabel, SigmoidRefinementLabel
from ..utils.errors import InputError


def check_heatmap_codec(codec: Any) -> None:
    """Refuse a codec of heatmaps that ``decode_heatmaps`` does not know.

    Args:
        codec: The head's.

    Raises:
        InputError: Naming those that it knows.
    """
    if not isinstance(codec, (MSRAHeatmap, UDPHeatmap)) or getattr(codec, 'heatmap_type', 'gaussian') != 'gaussian':
        kind = type(codec).__name__ + (' with heatmap_type=combined' if isinstance(codec, UDPHeatmap) else '')
        raise InputError(f'decoder: export knows MSRAHeatmap, and UDPHeatmap of Gaussians, but not {kind}')


def decode_heatmaps(heatmaps: Tensor, codec: MSRAHeatmap | UDPHeatmap) -> tuple[Tensor, Tensor]:
    """Keypoints of heatmaps, as the codec's ``decode``: its DARK where it is unbiased, else quarters of pixels.

    Args:
        heatmaps: (B, K, H, W).
        codec: One that ``check_heatmap_codec`` lets pass.

    Returns:
        (B, K, 2), pixels of the input; (B, K), the heatmaps' maxima.
    """
    height, width = heatmaps.shape[2:]
    flat = heatmaps.flatten(2)  # (B, K, H W)
    scores, place = flat.amax(-1), flat.argmax(-1)  # (B, K)
    peaks = torch.stack([place % width, place // width], -1)  # (B, K, 2)
    peaks = torch.where(scores[..., None] > 0, peaks, -1)  # MMPose's sign of a map without a peak
    size = heatmaps.new_tensor(codec.input_size)
    if isinstance(codec, UDPHeatmap):
        logs = _blur(heatmaps, codec.blur_kernel_size).clamp(1e-3, 50).log()
        keypoints = peaks + _newton_udp(logs, peaks)
        scale = size / (heatmaps.new_tensor([width, height]) - 1)
    else:
        if codec.unbiased:
            logs = _blur(heatmaps, codec.blur_kernel_size).clamp(min=1e-10).log()
            keypoints = peaks + _newton(logs, peaks)
        else:
            keypoints = peaks + _quarters(heatmaps, peaks)
        scale = heatmaps.new_tensor(codec.scale_factor)
    return (keypoints * scale).to(heatmaps), scores


def _blur(heatmaps: Tensor, size: int) -> Tensor:
    """Gaussian of OpenCV's width for ``size``, zero outside, each map's maximum as before: (B, K, H, W)."""
    kernel = heatmaps.new_tensor(cv2.getGaussianKernel(size, 0).tolist()).view(1, 1, -1, 1)
    maps = heatmaps.flatten(0, 1)[:, None]  # (B K, 1, H, W)
    maps = F.conv2d(F.conv2d(maps, kernel, padding=(size // 2, 0)), kernel.mT, padding=(0, size // 2))
    blurred = maps[:, 0].unflatten(0, heatmaps.shape[:2])
    return blurred * (heatmaps.amax((2, 3), keepdim=True) / blurred.amax((2, 3), keepdim=True))


class _Around:
    """Values of maps (B, K, H, W) at a distance from places (B, K, 2), as float64: quotients of differences follow."""

    def __init__(self, maps: Tensor, places: Tensor) -> None:
        self.width = maps.shape[3]
        self.flat = maps.flatten(2)  # (B, K, H W)
        self.index = places[..., 0] + places[..., 1] * self.width  # (B, K)

    def __call__(self, dx: int, dy: int) -> Tensor:
        index = (self.index + dx + dy * self.width).clamp(0, self.flat.shape[-1] - 1)  # what lies outside is masked
        return self.flat.gather(-1, index[..., None])[..., 0].double()  # (B, K)


def _inside(places: Tensor, maps: Tensor, low: int, margin: int) -> Tensor:
    """Of each axis, whether low <= place < size - margin: (B, K, 2)."""
    limit = places.new_tensor(maps.shape[:1:-1]) - margin  # of W and H
    return (places >= low) & (places < limit)


def _quarters(heatmaps: Tensor, peaks: Tensor) -> Tensor:
    """A quarter of a pixel towards the higher neighbours, none at the border: (B, K, 2)."""
    at = _Around(heatmaps, peaks)
    steps = torch.stack([at(1, 0) - at(-1, 0), at(0, 1) - at(0, -1)], -1).sign() * 0.25
    # MMPose leaves two pixels of the left and upper border as they are, and one of the others
    return torch.where(_inside(peaks, heatmaps, 2, 1) & _inside(peaks, heatmaps, 1, 0).flip(-1), steps, 0)


def _newton(logs: Tensor, peaks: Tensor) -> Tensor:
    """DARK: the step to the maximum of a parabola that fits the logarithm, none near the border: (B, K, 2)."""
    at = _Around(logs, peaks)
    dx, dy = (at(1, 0) - at(-1, 0)) / 2, (at(0, 1) - at(0, -1)) / 2
    dxx = (at(2, 0) - 2 * at(0, 0) + at(-2, 0)) / 4
    dyy = (at(0, 2) - 2 * at(0, 0) + at(0, -2)) / 4
    dxy = (at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / 4
    determinant = dxx * dyy - dxy * dxy
    inside = _inside(peaks, logs, 2, 2).all(-1) & (determinant != 0)
    steps = _solve(dx, dy, dxx, dxy, dyy, torch.where(inside, determinant, 1))
    return torch.where(inside[..., None], steps, 0)


def _newton_udp(logs: Tensor, peaks: Tensor) -> Tensor:
    """UDP's: the same with one-sided mixed differences, the maps continued by their border: (B, K, 2)."""
    maps = F.pad(logs, (1, 1, 1, 1), mode='replicate')  # (B, K, H + 2, W + 2)
    width, flat = maps.shape[3], maps.flatten(1)  # (B, K (H + 2) (W + 2)): without a peak MMPose reads other maps
    first = torch.arange(maps.shape[1], device=maps.device) * (flat.shape[1] // maps.shape[1])
    index = peaks[..., 0] + 1 + (peaks[..., 1] + 1) * width + first  # (B, K)

    def at(dx: int, dy: int) -> Tensor:
        return flat.gather(1, (index + dx + dy * width) % flat.shape[1]).double()

    dx, dy = (at(1, 0) - at(-1, 0)) / 2, (at(0, 1) - at(0, -1)) / 2
    epsilon = torch.finfo(torch.float32).eps
    dxx = at(1, 0) - 2 * at(0, 0) + at(-1, 0) + epsilon
    dyy = at(0, 1) - 2 * at(0, 0) + at(0, -1) + epsilon
    dxy = (at(1, 1) - at(1, 0) - at(0, 1) + 2 * at(0, 0) - at(-1, 0) - at(0, -1) + at(-1, -1)) / 2
    return _solve(dx, dy, dxx, dxy, dyy, dxx * dyy - dxy * dxy)


def _solve(dx: Tensor, dy: Tensor, dxx: Tensor, dxy: Tensor, dyy: Tensor, determinant: Tensor) -> Tensor:
    """Newton's step, minus the inverse of the matrix of second derivatives times the first: (B, K) to (B, K, 2)."""
    return torch.stack([dxy * dy - dyy * dx, dxy * dx - dxx * dy], -1) / determinant[..., None]


def laplace_scores(sigmas: Tensor, codec: RLELaplaceLabel) -> Tensor:
    """``RLELaplaceLabel.scores`` of sigmas, (..., 2) to (...)."""
    if codec.score == 'rle':
        return 1 - sigmas.mean(-1)
    return codec.factor * (1 - (-codec.a / sigmas).exp()).prod(-1)


def refinement_scores(estimates: Tensor, codec: SigmoidRefinementLabel) -> Tensor:
    """``SigmoidRefinementLabel.scores`` of the estimates of all layers, (layers, ..., 2) to (...)."""
    if codec.score == 'constant':
        return torch.ones_like(estimates[-1, ..., 0])
    return ((estimates[-1] - estimates[-2]).norm(dim=-1) / -codec.scale).exp()
