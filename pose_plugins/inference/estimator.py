"""A top-down network that takes the people of several pictures in one batch, and ways to make it faster."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from mmcv.cnn import fuse_conv_bn
from mmengine.dataset import Compose, pseudo_collate
from mmpose.models import TopdownPoseEstimator
from torch import Tensor, nn
from torch.amp import autocast

from ..evaluation.predictions import check_finite
from ..utils.errors import InputError
from .appearance import Appearance
from .deployed import Deployed
from .media import Frame
from .pose_estimator import Poses, crop_person, names_of, poses_in_pictures, test_pipeline


@dataclass(frozen=True)
class Speed:
    """Ways to make a network faster that keep its results, more or less.

    Attributes:
        deploy: Keypoints are decoded of all people at once where ``Deployed`` knows how, else by MMPose; 1e-4 pixels.
        fuse: Batch norms become part of the convolutions before them; 1e-4 pixels.
        channels_last: Convolutions read memory in the order that suits them; 1e-4 pixels.
        bfloat16: The backbone computes with 8 bits of precision; tenths of a pixel.
        compile: ``torch.compile``, whose first batch takes a minute.
        flip: The flip test; None leaves the config's. Without it results differ by a pixel or so, in half the time.
    """

    deploy: bool = True
    fuse: bool = True
    channels_last: bool = True
    bfloat16: bool = False
    compile: bool = False
    flip: bool | None = None


FAST = Speed()
PLAIN = Speed(deploy=False, fuse=False, channels_last=False)


class Estimator:
    """A ``PoseEstimator`` of a model.

    Attributes:
        network: What runs: the model, or a copy of it that is faster.

    Args:
        model: As ``load_model`` gives it.
        speed: What may make it faster. Fusing changes a copy, the model itself stays as it is.
        appearance: Whether to give the features of how people look as well.

    Raises:
        InputError: If the model is no top-down one, or its config has no test pipeline.
    """

    def __init__(self, model: TopdownPoseEstimator, speed: Speed = FAST, appearance: bool = False) -> None:
        if not isinstance(model, TopdownPoseEstimator):
            raise InputError(
                f'{type(model).__name__}: only top-down models, which take a person at a time, are run here'
            )
        self.model, self.speed = model, speed
        self.device = next(model.parameters()).device
        self.dataset_meta = model.dataset_meta
        self.names = names_of(model.dataset_meta)
        self._pipeline = Compose(test_pipeline(model))
        self.network = _prepared(model, speed, appearance)
        self._deployed = _deployed(self.network) if speed.deploy else None
        self._appearance = Appearance(self.network) if appearance else None

    def crop(self, frame: Frame, box: np.ndarray) -> dict[str, Any]:
        """As in ``PoseEstimator``."""
        return crop_person(self._pipeline, frame, box, self.dataset_meta)

    def __call__(self, people: Sequence[dict[str, Any]]) -> Poses:
        """As in ``PoseEstimator``."""
        with torch.inference_mode():
            poses = self._poses(people)
            return poses if self._appearance is None else poses._replace(features=self._appearance.of(people, poses))

    def _poses(self, people: Sequence[dict[str, Any]]) -> Poses:
        """Keypoints and scores."""
        if self._deployed is not None:
            crops = torch.stack([person['inputs'] for person in people]).to(self.device)  # (n, 3, h, w), BGR
            keypoints, scores = self._deployed(crops.flip(1).float())
            return poses_in_pictures(
                people, keypoints.cpu().numpy(), scores.float().cpu().numpy(), self._deployed.input_size
            )
        samples = self.network.test_step(pseudo_collate(list(people)))
        check_finite(samples)
        instances = [sample.pred_instances for sample in samples]
        return Poses(
            np.concatenate([np.asarray(each.keypoints, np.float32) for each in instances]),
            np.concatenate([np.asarray(each.keypoint_scores, np.float32) for each in instances]),
        )


def largest_difference(estimator: Estimator, people: Sequence[dict[str, Any]]) -> float:
    """How far ``estimator`` is from the plain network on a batch, in pixels: the largest distance of a keypoint.

    Args:
        estimator: With its ``speed``.
        people: As ``Estimator.crop`` gives them.

    Returns:
        Pixels of the picture.
    """
    plain = Estimator(estimator.model, PLAIN)
    copies = deepcopy(list(people))
    return float(np.linalg.norm(estimator(people).keypoints - plain(copies).keypoints, axis=-1).max())


def _prepared(model: TopdownPoseEstimator, speed: Speed, own: bool) -> TopdownPoseEstimator:
    """The model itself, or a copy of it, which is faster or to be ``own``."""
    if speed == PLAIN and not own:
        return model.eval()
    network = deepcopy(model).eval()
    if speed.flip is not None:
        network.test_cfg['flip_test'] = speed.flip
    if speed.fuse:
        network.backbone = fuse_conv_bn(network.backbone)
    if speed.channels_last:
        network = network.to(memory_format=torch.channels_last)
    if speed.bfloat16:
        network.backbone = Bfloat16(network.backbone)
    if speed.compile:
        network.backbone.compile(dynamic=True)
    return network


def _deployed(network: TopdownPoseEstimator) -> Deployed | None:
    """The network with its decoding in PyTorch; None where it has to be MMPose's, which gives the same."""
    if type(network) is not TopdownPoseEstimator or 'output_keypoint_indices' in network.test_cfg:
        return None
    try:
        return Deployed(network, bool(network.test_cfg.get('flip_test', False)))
    except InputError:  # it says what it does not know
        return None


class Bfloat16(nn.Module):
    """Computes a backbone in bfloat16 where PyTorch holds that safe; what comes out is float32, as heads want it.

    Args:
        backbone: Gives a tensor or several.
    """

    def __init__(self, backbone: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone

    def forward(self, images: Tensor) -> Tensor | tuple[Tensor, ...]:
        """Features of images (N, 3, H, W)."""
        with autocast(images.device.type, torch.bfloat16):
            features = self.backbone(images)
        return features.float() if isinstance(features, Tensor) else tuple(level.float() for level in features)
