"""How people look to a pose network: its backbone's features at their keypoints, by which they are known again."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from mmpose.models import TopdownPoseEstimator
from torch import Tensor
from torch.nn import functional as F

from .pose_estimator import Poses


class Appearance:
    """Takes the features of a batch of people while their poses are estimated, at no cost but their sampling.

    Args:
        network: Of a batch it sees the crops first, and then, in a flip test, their mirror images.
    """

    def __init__(self, network: TopdownPoseEstimator) -> None:
        self._maps: Tensor | None = None
        network.backbone.register_forward_hook(self._take)

    def _take(self, backbone: Any, inputs: Any, output: Tensor | Sequence[Tensor]) -> None:
        if self._maps is None:  # of the crops, not of their mirror images
            self._maps = output if isinstance(output, Tensor) else output[-1]

    def of(self, people: Sequence[dict[str, Any]], poses: Poses) -> np.ndarray:
        """Features of the people whose poses the network has just estimated.

        Args:
            people: As ``PoseEstimator.crop`` gives them, n of them.
            poses: Theirs.

        Returns:
            (n, C), float32, of length 1 each: the mean of the backbone's last feature map at the keypoints, weighted by their
            scores.
        """
        assert self._maps is not None
        samples = [person['data_samples'] for person in people]
        scale = np.stack([sample.input_scale for sample in samples])[:, None]  # (n, 1, 2), of the box in the picture
        centre = np.stack([sample.input_center for sample in samples])[:, None]
        places = torch.from_numpy(2 * (poses.keypoints - centre) / scale).to(self._maps)  # (n, K, 2), from -1 to 1
        weights = torch.from_numpy(poses.scores.clip(1e-6)).to(self._maps)  # (n, K)
        sampled = F.grid_sample(self._maps, places[:, None], padding_mode='border', align_corners=False)  # (n, C, 1, K)
        mean = (sampled[:, :, 0] * weights[:, None]).sum(-1) / weights.sum(1, keepdim=True)  # (n, C)
        self._maps = None
        return F.normalize(mean.float()).cpu().numpy()
