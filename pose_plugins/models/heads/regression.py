"""Targets, accuracy and flip test of heads that regress coordinates."""

from typing import Any

import torch
from mmpose.models.utils.tta import flip_coordinates
from mmpose.utils.typing import SampleList
from torch import Tensor

from ...utils.errors import InputError


def keypoint_targets(batch_data_samples: SampleList, num_keypoints: int) -> tuple[Tensor, Tensor]:
    """The batch's encoded keypoints.

    Args:
        batch_data_samples: The batch's.
        num_keypoints: K of the head.

    Returns:
        Labels (B, K, 2), fractions of the input; weights (B, K).

    Raises:
        InputError: If the codec encoded another number of keypoints.
    """
    labels = torch.cat([sample.gt_instance_labels.keypoint_labels for sample in batch_data_samples])
    weights = torch.cat([sample.gt_instance_labels.keypoint_weights for sample in batch_data_samples])
    if labels.shape[1] != num_keypoints:
        raise InputError(f'out_channels={num_keypoints} of the head: the codec encoded {labels.shape[1]} keypoints')
    return labels, weights


def heatmap_targets(batch_data_samples: SampleList) -> Tensor:
    """The batch's encoded heatmaps, (B, K, H, W).

    Raises:
        InputError: If the codec of the pipeline made none.
    """
    if not hasattr(batch_data_samples[0], 'gt_fields'):
        raise InputError("GenerateTarget: its encoder makes no heatmaps; give it the head's codec, with a sigma")
    return torch.stack([sample.gt_fields.heatmaps for sample in batch_data_samples])


def heatmap_weights(batch_data_samples: SampleList) -> Tensor:
    """Weights of the batch's encoded heatmaps, (B, K): those of the coordinates where the codec made no others."""
    labels = [sample.gt_instance_labels for sample in batch_data_samples]
    return torch.cat([of.get('heatmap_keypoint_weights', of.keypoint_weights) for of in labels])


def keypoint_accuracy(keypoints: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """Share of the people whose keypoint is predicted within 5 % of the input, of those where it has weight; the mean over
    keypoints, a scalar for the log. As MMPose's ``keypoint_pck_accuracy``, on the device that the predictions are on."""
    known = weights > 0  # (B, K)
    correct = known & ((keypoints.detach() - labels).norm(dim=-1) < 0.05)
    people = known.sum(0)  # (K)
    return (correct.sum(0) / people.clamp(min=1)).sum() / (people > 0).sum().clamp(min=1)


def mirror_back(
    keypoints: Tensor, scores: Tensor, metainfo: dict[str, Any], test_cfg: dict[str, Any]
) -> tuple[Tensor, Tensor]:
    """Turn predictions for mirrored inputs into predictions for the inputs.

    Args:
        keypoints: (B, K, 2), fractions of the mirrored input; they are changed in place.
        scores: (B, K).
        metainfo: ``flip_indices`` and ``input_size`` of a data sample.
        test_cfg: ``shift_coords`` as in MMPose's heads.

    Returns:
        Keypoints (B, K, 2) and scores (B, K).
    """
    indices = flip_meta(metainfo, 'flip_indices')
    size = flip_meta(metainfo, 'input_size')
    keypoints = flip_coordinates(keypoints, indices, test_cfg.get('shift_coords', True), size)
    return keypoints, scores[:, indices]


def flip_meta(metainfo: dict[str, Any], key: str) -> Any:
    """Read from a data sample what a flip test needs.

    Raises:
        InputError: If the pipeline did not pack it.
    """
    if key not in metainfo:
        raise InputError(f'PackPoseInputs: meta_keys must have {key!r}, which the flip test needs')
    return metainfo[key]
