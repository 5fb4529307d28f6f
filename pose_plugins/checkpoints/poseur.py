"""The authors' Poseur checkpoints; published: MobileNetV2, ResNet-50, HRNet-W32 and HRNet-W48 on COCO, and whole body."""

import math
import re
from typing import Any

from mmengine.model import BaseModel
from torch import Tensor

from ..models.heads import PoseurHead
from .fitting_configs import FittingConfigs
from .names import Names
from .source import Source, State, backbone_units, count, size_of

_TRANSFORMER = 'keypoint_head.transformer.'
_DATA = {16: 'mpii', 17: 'coco', 133: 'coco-wholebody'}


class PoseurSource(Source):
    """Reads the authors' checkpoints; ours are not written as theirs."""

    names = Names(
        {
            f'{_TRANSFORMER}fc_coord.linear.': 'head.coarse_keypoints.',
            f'{_TRANSFORMER}fc_sigma.linear.': 'head.coarse_sigmas.',
            f'{_TRANSFORMER}pos_trans.': 'head.keypoint_encoder.0.',
            f'{_TRANSFORMER}pos_trans_norm.': 'head.keypoint_encoder.1.',
            f'{_TRANSFORMER}pos_embed.weight': 'head.keypoint_classes',
            f'{_TRANSFORMER}level_embeds': 'head.levels.level_embeds',
            'keypoint_head.enc_flow.': 'head.coarse_loss_module.flow_model.',
            'keypoint_head.dec_flow.': 'head.loss_module.flow_model.',
            'keypoint_head.fc_coord_branches.': 'head.refine_branches.',
            'keypoint_head.fc_coord_output_branches.': 'head.output_branches.',
            'keypoint_head.fc_sigma_branches.': 'head.sigma_branches.',
            f'{_TRANSFORMER}decoder.': 'head.',
        },
        {
            '.attentions.0.attn.': '.self_attn.',
            '.attentions.1.value_proj_weight.weight': '.cross_attn.value_proj.weight',
            '.attentions.1.value_proj_bias.weight': '.cross_attn.value_proj.bias',
            '.attentions.1.': '.cross_attn.',
            '.ffns.0.layers.0.0.': '.linear1.',
            '.ffns.0.layers.1.': '.linear2.',
            '.norms.0.': '.norm1.',
            '.norms.1.': '.norm2.',
            '.norms.2.': '.norm3.',
        },
    )
    parts = {'head': PoseurHead}

    def choose_config(self, state: State) -> FittingConfigs | None:
        """The config for the authors' state dict; None if it is of no model that we have."""
        network, coarse = _network(state), size_of(state, f'{_TRANSFORMER}fc_coord.linear.weight', 0)
        if network is None or coarse is None or coarse // 2 not in _DATA:
            return None
        layers = count(state, rf'{_TRANSFORMER}decoder\.layers\.\d+\.')
        decoder = '' if layers == 6 else f'-{layers}dec'
        return FittingConfigs((f'poseur/td-reg_poseur-{network}{decoder}_*_{_DATA[coarse // 2]}-[0-9]*.py',))

    def settings(self, state: State) -> dict[str, Any]:
        """Keypoints, the decoder's sizes, the levels, and the backbone's widths and depth."""
        coarse = size_of(state, 'head.coarse_keypoints.weight', 0)
        levels = count(state, r'neck\.convs\.\d+\.conv\.weight')
        return {
            'head.out_channels (keypoints)': coarse and coarse // 2,
            'head.in_channels': size_of(state, 'head.coarse_keypoints.weight', 1),
            'head.num_layers (of the decoder)': count(state, r'head\.layers\.\d+\.'),
            'head.feedforward_channels': size_of(state, 'head.layers.0.linear1.weight', 0),
            'the number of head.feature_levels': size_of(state, 'head.levels.level_embeds', 0),
            'neck.in_channels (of the backbone)': [
                size_of(state, f'neck.convs.{i}.conv.weight', 1) for i in range(levels)
            ],
            **backbone_units(state),
        }

    def convert(self, state: State, model: BaseModel) -> State:
        """The authors' state dict in our names and shapes."""
        return {_count_activations(self.names.ours(key)): _as_linear(key, value) for key, value in state.items()}


def _network(state: State) -> str | None:
    """The backbone's token in a config's name; None of a backbone that we have no config of."""
    width = size_of(state, 'backbone.stage4.0.branches.0.0.conv1.weight', 0)
    if width:
        return f'hrnet-w{width}'
    if 'backbone.layer3.5.conv3.weight' in state and 'backbone.layer3.6.conv3.weight' not in state:
        return 'res50'
    return 'mobilenetv2' if 'backbone.layer7.0.conv.0.conv.weight' in state else None


def _count_activations(key: str) -> str:
    """A layer of a sigma branch: our numbers count the activations that there are not."""
    return re.sub(
        r'^(head\.sigma_branches\.\d+)\.(\d+)(\.linear)?', lambda found: f'{found[1]}.{2 * int(found[2])}', key
    )


def _as_linear(key: str, value: Tensor) -> Tensor:
    """The projection of values, which the authors hold head by head, as one linear layer's weight (C, C) or bias (C,)."""
    if key.endswith('.value_proj_bias.weight'):  # (heads, C / heads)
        return value.flatten()
    if not key.endswith('.value_proj_weight.weight') or value.dim() != 2 or not value.numel():
        return value
    rows, columns = value.shape  # for each head a matrix (C, C / heads), one below the other
    heads = math.isqrt(rows // columns)
    if heads**2 * columns != rows:
        return value
    return value.unflatten(0, (heads, -1)).transpose(1, 2).flatten(0, 1).contiguous()
