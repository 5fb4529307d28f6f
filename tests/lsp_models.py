"""The small networks of the five methods for Leeds Sports Pose, in all kinds of heads, and labels to train them with."""

from pathlib import Path

import torch
from mmengine.structures import InstanceData, PixelData
from mmpose.structures import PoseDataSample

CONFIGS = Path(__file__).parents[1] / 'configs'
COMBINED = [dict(keypoints=range(4)), dict(keypoints=range(4, 14), supervision='heatmap', weight=2.0)]
METHODS = {
    'HRNet': ('hrnet/td-hm_hrnet-w16_1xb32-30e_lsp-128x96.py', {}),
    'TransPose': ('transpose/td-hm_transpose-mobilenetv2-a4_1xb32-30e_lsp-128x96.py', {}),
    'AlphaPose': ('alphapose/td-reg_mobilenetv2_sikr_1xb32-30e_lsp-128x96.py', {}),
    'AlphaPose, softmax': (
        'alphapose/td-reg_mobilenetv2_sikr_1xb32-30e_lsp-128x96.py',
        {'model.head.normalization': 'softmax', 'model.head.symmetric': False},
    ),
    'AlphaPose, combined': (
        'alphapose/td-reg_mobilenetv2_sikr_1xb32-30e_lsp-128x96.py',
        {
            'model.head.keypoint_groups': COMBINED,
            'model.head.decoder': dict(type='SIKRLabel', input_size=(96, 128), heatmap_size=(24, 32), sigma=2.0),
        },
    ),
    'Poseur': ('poseur/td-reg_poseur-mobilenetv2_1xb32-30e_lsp-128x96.py', {}),
    'TFPose': ('tfpose/td-reg_tfpose-mobilenetv2_1xb32-30e_lsp-128x96.py', {}),
}


def a_sample(device):
    """Labels of 14 keypoints."""
    sample = PoseDataSample()
    sample.gt_instance_labels = InstanceData(
        keypoint_labels=torch.rand(1, 14, 2, device=device), keypoint_weights=torch.ones(1, 14, device=device)
    )
    sample.gt_fields = PixelData(heatmaps=torch.rand(14, 32, 24, device=device))
    return sample
