"""The authors' FastPose-50 checkpoints: COCO (17 keypoints), Halpe-26, COCO-WholeBody (133), Halpe-136."""

from torch import Tensor

from .fitting_configs import FittingConfigs

_DATA = {17: 'coco', 26: 'halpe26', 133: 'coco-wholebody', 136: 'halpe'}


def choose_config(state: dict[str, Tensor]) -> FittingConfigs | None:
    """The configs for the authors' state dict, and the options that they need; None if it is of no model that we have.

    There are several where weights do not tell the losses apart that they were trained with.
    """
    if not {'preact.layer3.5.conv3.weight', 'duc2.conv.weight', 'conv_out.weight'} <= state.keys():
        return None
    keypoints, conv_dim = state['conv_out.weight'].shape[:2]
    if 'preact.layer3.6.conv3.weight' in state or keypoints not in _DATA or conv_dim not in (128, 256):
        return None  # deeper than 50 layers, or other data
    network = 'fastpose-res50-dcn' if 'preact.layer2.0.conv2_offset.weight' in state else 'fastpose-res50'
    options = {'model.backbone.conv_dim': conv_dim, 'model.head.in_channels': conv_dim} if conv_dim != 128 else {}
    return FittingConfigs(f'alphapose/td-*_{network}_*_{_DATA[keypoints]}-256x192.py', options)


def convert(key: str, value: Tensor) -> tuple[str, Tensor]:
    """Our name and value of one of the authors' weights; linear layers that are 1x1 convolutions here are reshaped."""
    if '.se.fc.' in key:
        key = key.replace('.se.fc.0.', '.se_layer.conv1.conv.').replace('.se.fc.2.', '.se_layer.conv2.conv.')
        value = value[..., None, None] if value.dim() == 2 else value
    key = key.replace('.conv2_offset.', '.conv2.conv_offset.')
    if key.startswith('conv_out.'):
        return key.replace('conv_out.', 'head.final_layer.'), value
    return f'backbone.{key.removeprefix("preact.")}', value
