"""The authors' FastPose checkpoints; published: 50 and 152 layers, for COCO, Halpe-26, COCO-WholeBody (133), Halpe-136."""

from typing import Any

from mmengine.model import BaseModel

from ..models.backbones import FastPose
from .fitting_configs import FittingConfigs
from .names import Names
from .source import Source, State, count, size_of

_DATA = {17: ('coco',), 26: ('halpe26',), 133: ('coco-wholebody',), 136: ('halpe', 'halpe-joint')}
_DEPTHS = {6: 50, 36: 152}  # by the units of the third stage


class AlphaPoseSource(Source):
    """FastPose of any depth; the layers of its squeeze-and-excitation are linear there, convolutions of 1x1 here."""

    names = Names(
        {
            'conv_out.': 'head.final_layer.',
            'duc1.': 'backbone.duc1.',
            'duc2.': 'backbone.duc2.',
            'duc3.': 'backbone.duc3.',
            'preact.': 'backbone.',
        },
        {
            '.se.fc.0.': '.se_layer.conv1.conv.',
            '.se.fc.2.': '.se_layer.conv2.conv.',
            '.conv2_offset.': '.conv2.conv_offset.',
        },
    )
    parts = {'backbone': FastPose}

    def choose_config(self, state: State) -> FittingConfigs | None:
        """The configs for the authors' state dict, and the options that they need; None if it is of no model that we have.

        There are several where weights do not tell the losses apart that they were trained with.
        """
        depth = _DEPTHS.get(count(state, r'preact\.layer3\.\d+\.conv3\.'))
        keypoints, conv_dim = (size_of(state, 'conv_out.weight', dim) for dim in (0, 1))
        if depth is None or keypoints not in _DATA or conv_dim not in (128, 256):
            return None
        dense = '-duc' if 'duc3.1.weight' in state else ''
        deformable = '-dcn' if 'preact.layer2.0.conv2_offset.weight' in state else ''
        network = f'fastpose{dense}-res{depth}{deformable}'
        patterns = tuple(f'alphapose/td-*_{network}_*_{data}-256x192.py' for data in _DATA[keypoints])
        return FittingConfigs(patterns, {'model.backbone.conv_dim': conv_dim, 'model.head.in_channels': conv_dim})

    def settings(self, state: State) -> dict[str, Any]:
        """Keypoints, channels, depth, and where deformable convolutions and squeeze-and-excitation are."""
        convolutions = 3 if 'backbone.layer1.0.conv3.weight' in state else 2
        return {
            'head.out_channels (keypoints)': size_of(state, 'head.final_layer.weight', 0),
            'backbone.conv_dim and head.in_channels': size_of(state, 'head.final_layer.weight', 1),
            'backbone.depth': 2 + convolutions * count(state, r'backbone\.layer\d\.\d+\.conv1\.weight'),
            'stages with backbone.dcn': _stages_with(state, 'conv2.conv_offset.weight'),
            'stages with squeeze-and-excitation': _stages_with(state, 'se_layer.conv1.conv.weight'),
        }

    def convert(self, state: State, model: BaseModel) -> State:
        """The authors' state dict in our names and shapes."""
        return {
            key: value[..., None, None] if '.se_layer.' in key and value.dim() == 2 else value
            for key, value in super().convert(state, model).items()
        }

    def revert(self, state: State, model: BaseModel) -> State:
        """Our state dict in the authors' names and shapes.

        Their FastPose-18 and 34 have no squeeze-and-excitation in the first stage: strictly, their code refuses ours.
        """
        return {
            key: value.flatten(1) if '.se.fc.' in key and value.dim() == 4 else value
            for key, value in super().revert(state, model).items()
        }


def _stages_with(state: State, weight: str) -> str:
    """Which stages have a weight in their first unit, counted from 1."""
    return ', '.join(str(stage) for stage in range(1, 5) if f'backbone.layer{stage}.0.{weight}' in state) or 'none'
