"""The authors' Poseur checkpoints: MobileNetV2, ResNet-50, HRNet-W32 and HRNet-W48 on COCO, and whole body."""

import math

from torch import Tensor

from ..config import config_dir
from .fitting_configs import FittingConfigs

_TRANSFORMER = 'keypoint_head.transformer.'
# the beginning of the authors' names -> that of ours, in the head
_NAMES = {
    f'{_TRANSFORMER}fc_coord.linear.': 'coarse_keypoints.',
    f'{_TRANSFORMER}fc_sigma.linear.': 'coarse_sigmas.',
    f'{_TRANSFORMER}pos_trans.': 'keypoint_encoder.0.',
    f'{_TRANSFORMER}pos_trans_norm.': 'keypoint_encoder.1.',
    f'{_TRANSFORMER}pos_embed.weight': 'keypoint_classes',
    f'{_TRANSFORMER}level_embeds': 'levels.level_embeds',
    f'{_TRANSFORMER}decoder.': '',
    'keypoint_head.enc_flow.': 'coarse_loss_module.flow_model.',
    'keypoint_head.dec_flow.': 'loss_module.flow_model.',
    'keypoint_head.fc_coord_branches.': 'refine_branches.',
    'keypoint_head.fc_coord_output_branches.': 'output_branches.',
    'keypoint_head.fc_sigma_branches.': 'sigma_branches.',
}
# within a decoder layer; the first that fits
_LAYER = {
    'attentions.0.attn.': 'self_attn.',
    'attentions.1.value_proj_weight.weight': 'cross_attn.value_proj.weight',
    'attentions.1.value_proj_bias.weight': 'cross_attn.value_proj.bias',
    'attentions.1.': 'cross_attn.',
    'ffns.0.layers.0.0.': 'linear1.',
    'ffns.0.layers.1.': 'linear2.',
    'norms.0.': 'norm1.',
    'norms.1.': 'norm2.',
    'norms.2.': 'norm3.',
}
_DATA = {16: 'mpii', 17: 'coco', 133: 'coco-wholebody'}


def choose_config(state: dict[str, Tensor]) -> FittingConfigs | None:
    """The config for the authors' state dict; None if it is of no model that we have."""
    network, coarse = _network(state), state.get(f'{_TRANSFORMER}fc_coord.linear.weight')
    if network is None or coarse is None or len(coarse) // 2 not in _DATA:
        return None
    layers = sum(key.endswith('.attentions.0.attn.in_proj_weight') for key in state)
    pattern = (
        f'poseur/td-reg_poseur-{network}{"" if layers == 6 else f"-{layers}dec"}_*_{_DATA[len(coarse) // 2]}-[0-9]*.py'
    )
    return FittingConfigs(pattern) if any(config_dir().glob(pattern)) else None


def _network(state: dict[str, Tensor]) -> str | None:
    """The backbone's token in a config's name; None of a backbone that we have no config of."""
    if 'backbone.stage4.0.branches.0.0.conv1.weight' in state:
        return f'hrnet-w{len(state["backbone.stage4.0.branches.0.0.conv1.weight"])}'
    if 'backbone.layer3.5.conv3.weight' in state and 'backbone.layer3.6.conv3.weight' not in state:
        return 'res50'
    return 'mobilenetv2' if 'backbone.layer7.0.conv.0.conv.weight' in state else None


def convert(key: str, value: Tensor) -> tuple[str, Tensor]:
    """Our name and value of one of the authors' weights."""
    if key.endswith('.value_proj_weight.weight'):
        value = _value_projection(value)
    elif key.endswith('.value_proj_bias.weight'):  # (heads, C / heads)
        value = value.flatten()
    if not key.startswith('keypoint_head.'):  # backbone and neck have MMPose's names
        return key, value
    for theirs, ours in _NAMES.items():
        if key.startswith(theirs):
            key = ours + key.removeprefix(theirs)
            break
    if key.startswith('layers.'):
        for theirs, ours in _LAYER.items():
            key = key.replace(theirs, ours)
    if key.startswith('sigma_branches.'):  # ours counts the activations that there are not
        branch, layer, *rest = key.removeprefix('sigma_branches.').split('.')
        key = f'sigma_branches.{branch}.{2 * int(layer)}.{rest[-1]}'
    return f'head.{key}', value


def _value_projection(value: Tensor) -> Tensor:
    """For each head a matrix (C, C / heads), one below the other, to the matrix of one linear layer, (C, C)."""
    heads = math.isqrt(len(value) // value.shape[1])
    return value.unflatten(0, (heads, -1)).transpose(1, 2).flatten(0, 1).contiguous()
