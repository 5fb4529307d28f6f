"""The authors' TransPose checkpoints for COCO: R-A3, R-A4, H-S, H-A4 and H-A6."""

import torch
from torch import Tensor

from ..models.layers import sine_position
from .fitting_configs import FittingConfigs

# (backbone's width, or None for ResNet-S; encoder layers; channels) -> token of the config's name
_MODELS = {(None, 3, 256): 'r-a3', (None, 4, 256): 'r-a4', (32, 4, 64): 'h-s', (48, 4, 96): 'h-a4', (48, 6, 96): 'h-a6'}
_HEAD = ('reduce.', 'deconv_layers.', 'final_layer.')


def choose_config(state: dict[str, Tensor]) -> FittingConfigs | None:
    """The config for the authors' state dict; None if it is of no model that we have."""
    if not {'reduce.weight', 'final_layer.weight', 'pos_embedding'} <= state.keys():
        return None
    channels, features = state['reduce.weight'].shape[:2]
    layers = sum(key.endswith('self_attn.in_proj_weight') for key in state)
    model = _MODELS.get((None if features == 512 else features, layers, channels))
    if model is None or len(state['final_layer.weight']) != 17 or not _is_sine(state['pos_embedding'], features):
        return None
    return FittingConfigs(f'transpose/td-hm_transpose-{model}_*_coco-256x192.py')


def convert(key: str, value: Tensor) -> tuple[str | None, Tensor]:
    """Our name and value of one of the authors' weights; no name for the position encoding, which our head computes."""
    if key == 'pos_embedding':
        return None, value
    if key.startswith('global_encoder.'):
        return 'head.' + key.removeprefix('global_'), value
    return f'head.{key}' if key.startswith(_HEAD) else f'backbone.{key}', value


def _is_sine(position: Tensor, features: int) -> bool:
    """Whether a position encoding, (tokens, 1, channels), is the sine encoding for an input of 256x192."""
    stride = 8 if features == 512 else 4
    expected = sine_position((192 // stride, 256 // stride), position.shape[-1])
    return position.shape == expected[:, None].shape and torch.allclose(position[:, 0], expected, atol=1e-4)
