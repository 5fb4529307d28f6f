"""Where a token lies: sine or learnable position encodings."""

import torch
from mmdet.models.layers import SinePositionalEncoding
from torch import nn
from torch.nn import functional as F

from ...utils.errors import InputError


def sine_position(feature_size, embed_dims, offset=0.0):
    """The 2D sine encoding of a feature map's pixels (DETR, appendix A.4), which mmdet computes.

    Args:
        feature_size (tuple[int, int]): Width and height of the feature map.
        embed_dims (int): Channels C, a multiple of 4: the first half tells y, the second x.
        offset (float): Added to the pixels' indices, which count from 1, before they are divided by their number. Default: 0.

    Returns:
        Tensor: (height * width, C), row by row.
    """
    width, height = feature_size
    encoding = SinePositionalEncoding(embed_dims // 2, normalize=True, offset=offset)
    return encoding(torch.zeros(1, height, width)).flatten(2)[0].T.contiguous()  # (1, C, h, w) to (h * w, C)


class LearnablePosition(nn.Module):
    """A vector for each pixel of a feature map.

    Args:
        feature_size (tuple[int, int]): Width and height of the feature map.
        embed_dims (int): Channels C.
        interpolate (bool): Whether weights for another feature size may be loaded, to be interpolated bicubically. Default:
            False, which refuses them.
    """

    def __init__(self, feature_size, embed_dims, interpolate=False):
        super().__init__()
        width, height = feature_size
        self.interpolate = interpolate
        self.weight = nn.Parameter(torch.randn(1, embed_dims, height, width))

    def forward(self):
        """Tensor: (height * width, C), row by row."""
        return self.weight.flatten(2)[0].T

    def adapt_weights(self, state_dict, prefix):
        """Make the weights of a checkpoint fit, in place.

        Args:
            state_dict (dict[str, Tensor]): The checkpoint's.
            prefix (str): This module's name in it, with a dot at its end.

        Raises:
            InputError: If they are for another feature size and ``interpolate`` is False.
        """
        key = f'{prefix}weight'
        theirs = state_dict.get(key)
        if theirs is None or theirs.dim() != 4 or theirs.shape[2:] == self.weight.shape[2:]:
            return
        if not self.interpolate:
            raise InputError(
                f'{key}: the checkpoint learned its positions for feature_size={_size(theirs)}, this model has '
                f'feature_size={_size(self.weight)}: set interpolate_position=True in the head to interpolate them'
            )
        state_dict[key] = F.interpolate(theirs, self.weight.shape[2:], mode='bicubic', align_corners=False)

    def _load_from_state_dict(self, state_dict, prefix, *args, **kwargs):
        self.adapt_weights(state_dict, prefix)
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)


def _size(weight):
    height, width = weight.shape[2:]
    return f'({width}, {height})'
