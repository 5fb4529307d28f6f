"""The authors' TransPose checkpoints; published, for COCO: R-A3, R-A4, H-S, H-A4 and H-A6."""

from typing import Any

import torch
from mmengine.model import BaseModel
from torch import Tensor

from ..models.heads import TransPoseHead
from ..models.layers import sine_position
from ..utils.errors import InputError
from .fitting_configs import FittingConfigs
from .names import Names
from .source import Source, State, backbone_units, count, difference, size_of

# (backbone's width, or None for ResNet-S; encoder layers; channels) -> token of the config's name
_MODELS: dict[tuple[int | None, int, int | None], str] = {
    (None, 3, 256): 'r-a3',
    (None, 4, 256): 'r-a4',
    (32, 4, 64): 'h-s',
    (48, 4, 96): 'h-a4',
    (48, 6, 96): 'h-a6',
}
_POSITION = 'head.learnable.weight'


class TransPoseSource(Source):
    """The authors store every position encoding, (tokens, 1, channels); we store what was learned, (1, channels, h, w)."""

    names = Names(
        {
            'pos_embedding': _POSITION,
            'reduce.': 'head.reduce.',
            'global_encoder.': 'head.encoder.',
            'deconv_layers.': 'head.deconv_layers.',
            'final_layer.': 'head.final_layer.',
            '': 'backbone.',
        }
    )
    parts = {'head': TransPoseHead}

    def choose_config(self, state: State) -> FittingConfigs | None:
        """The config for the authors' state dict; None if it is of no model that we have."""
        channels, features = (size_of(state, 'reduce.weight', dim) for dim in (0, 1))
        layers = count(state, r'global_encoder\.layers\.\d+\.')
        model = _MODELS.get((None if features == 512 else features, layers, channels))
        stride = 8 if features == 512 else 4
        if (
            model is None
            or size_of(state, 'final_layer.weight', 0) != 17
            or not _is_sine(state.get('pos_embedding'), (192 // stride, 256 // stride))
        ):
            return None
        return FittingConfigs((f'transpose/td-hm_transpose-{model}_*_coco-256x192.py',))

    def settings(self, state: State) -> dict[str, Any]:
        """Keypoints, the encoder's sizes, the upsampling, and the backbone's width and depth."""
        return {
            'head.out_channels (keypoints)': size_of(state, 'head.final_layer.weight', 0),
            'head.in_channels (the width of the backbone)': size_of(state, 'head.reduce.weight', 1),
            'head.embed_dims': size_of(state, 'head.reduce.weight', 0),
            'head.num_layers (of the encoder)': count(state, r'head\.encoder\.layers\.\d+\.'),
            'head.feedforward_channels': size_of(state, 'head.encoder.layers.0.linear1.weight', 0),
            'head.upsample': 'deconv' if 'head.deconv_layers.0.weight' in state else 'bilinear or none',
            **backbone_units(state),
        }

    def convert(self, state: State, model: BaseModel) -> State:
        """The authors' state dict in our names and shapes.

        A sine encoding, which our head computes, is left out if it is the same within the rounding of half precision.

        Raises:
            InputError: If the position encoding is not that of the model.
        """
        head, ours = model.head, super().convert(state, model)
        position = ours.pop(_POSITION, None)
        width, height = head.feature_size
        if head.position_encoding == 'none' and position is None:
            return ours
        if head.position_encoding == 'sine' and _is_sine(position, (width, height)):
            return ours
        if head.position_encoding == 'learnable' and position is not None and _tokens(position) == width * height:
            return {**ours, _POSITION: position[:, 0].T.unflatten(1, (height, width))[None].contiguous()}
        if 'head.reduce.weight' not in ours:  # another network: its names will tell
            return ours
        wanted = f'{head.position_encoding} with feature_size={head.feature_size}'
        differences = [*self.differences(ours, model), difference('position encoding', _described(position), wanted)]
        raise InputError('; '.join(differences))

    def revert(self, state: State, model: BaseModel) -> State:
        """Our state dict in the authors' names and shapes; a sine encoding is computed, as their code does it."""
        theirs = super().revert(state, model)
        if model.head.position_encoding == 'sine':
            return {'pos_embedding': model.head.position()[:, None], **theirs}
        if model.head.position_encoding == 'learnable':
            theirs['pos_embedding'] = theirs['pos_embedding'].flatten(2)[0].T[:, None].contiguous()
        return theirs


def _tokens(position: Tensor | None) -> int | None:
    """How many tokens a position encoding is for; None if it has not the authors' shape."""
    return len(position) if position is not None and position.dim() == 3 and position.shape[1] == 1 else None


def _is_sine(position: Tensor | None, feature_size: tuple[int, int]) -> bool:
    """Whether a position encoding, (tokens, 1, channels), is the sine encoding of a feature size."""
    if position is None or _tokens(position) != feature_size[0] * feature_size[1] or position.shape[-1] % 4:
        return False
    return torch.allclose(position[:, 0].float(), sine_position(feature_size, position.shape[-1]), atol=1e-3)


def _described(position: Tensor | None) -> str:
    """Name what a position encoding of the authors is."""
    if position is None:
        return 'none'
    tokens = _tokens(position)
    if tokens is None:
        return f'of the shape {tuple(position.shape)}, which is not (tokens, 1, channels),'
    sizes = [(width, tokens // width) for width in range(1, tokens + 1) if tokens % width == 0]
    for size in sizes:
        if _is_sine(position, size):
            return f'sine with feature_size={size}'
    likely = [f'{width}x{height}' for width, height in sizes if max(width, height) <= 2 * min(width, height)]
    return f'learnable with {tokens} tokens (such as {", ".join(likely) or f"{tokens}x1"}, width x height)'
