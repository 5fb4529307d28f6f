"""What heads that regress coordinates take from the batch's samples, and how near they come."""

import numpy as np
import torch
from mmpose.evaluation.functional import keypoint_pck_accuracy
from mmpose.utils.tensor_utils import to_numpy

from ...utils.errors import InputError


def keypoint_targets(batch_data_samples, num_keypoints):
    """The batch's encoded keypoints.

    Args:
        batch_data_samples (list[PoseDataSample]): The batch's.
        num_keypoints (int): K of the head.

    Returns:
        tuple[Tensor, Tensor]: Labels (B, K, 2), fractions of the input; weights (B, K).

    Raises:
        InputError: If the codec encoded another number of keypoints.
    """
    labels = torch.cat([sample.gt_instance_labels.keypoint_labels for sample in batch_data_samples])
    weights = torch.cat([sample.gt_instance_labels.keypoint_weights for sample in batch_data_samples])
    if labels.shape[1] != num_keypoints:
        raise InputError(f'out_channels={num_keypoints} of the head: the codec encoded {labels.shape[1]} keypoints')
    return labels, weights


def heatmap_targets(batch_data_samples):
    """The batch's encoded heatmaps, (B, K, H, W).

    Raises:
        InputError: If the codec of the pipeline made none.
    """
    if not hasattr(batch_data_samples[0], 'gt_fields'):
        raise InputError("GenerateTarget: its encoder makes no heatmaps; give it the head's codec, with a sigma")
    return torch.stack([sample.gt_fields.heatmaps for sample in batch_data_samples])


def keypoint_accuracy(keypoints, labels, weights):
    """Share of the keypoints with weight that are predicted within 5 % of the input; a tensor for the log."""
    _, accuracy, _ = keypoint_pck_accuracy(
        pred=to_numpy(keypoints),
        gt=to_numpy(labels),
        mask=to_numpy(weights) > 0,
        thr=0.05,
        norm_factor=np.ones((len(labels), 2)),
    )
    return torch.tensor(accuracy, device=labels.device)
