"""Where a token lies: sine or learnable position encodings."""

from typing import Any

import torch
from mmdet.models.layers import SinePositionalEncoding
from torch import Tensor, nn
from torch.nn import functional as F

from ...utils.errors import InputError


def sine_position(feature_size: tuple[int, int], embed_dims: int, offset: float = 0.0) -> Tensor:
    """The 2D sine encoding of a feature map's pixels (DETR, appendix A.4), which mmdet computes.

    Args:
        feature_size: Width and height of the feature map.
        embed_dims: Channels C, a multiple of 4: the first half tells y, the second x.
        offset: Added to the pixels' indices, which count from 1, before they are divided by their number.

    Returns:
        (height * width, C), row by row.
    """
    width, height = feature_size
    encoding = SinePositionalEncoding(embed_dims // 2, normalize=True, offset=offset)
    return encoding(torch.zeros(1, height, width)).flatten(2)[0].T.contiguous()  # (1, C, h, w) to (h * w, C)


class LearnablePosition(nn.Module):
    """A vector for each pixel of a feature map.

    Args:
        feature_size: Width and height of the feature map.
        embed_dims: Channels C.
        interpolate: Whether weights for another feature size may be loaded, to be interpolated bicubically. False refuses
            them.
    """

    def __init__(self, feature_size: tuple[int, int], embed_dims: int, interpolate: bool = False) -> None:
        super().__init__()
        width, height = feature_size
        self.interpolate = interpolate
        self.weight = nn.Parameter(torch.randn(1, embed_dims, height, width))

    def forward(self) -> Tensor:
        """The vectors, (height * width, C), row by row."""
        return self.weight.flatten(2)[0].T

    def adapt_weights(self, state_dict: dict[str, Tensor], prefix: str) -> None:
        """Make the weights of a checkpoint fit, in place.

        Args:
            state_dict: The checkpoint's.
            prefix: This module's name in it, with a dot at its end.

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

    def _load_from_state_dict(self, state_dict: dict[str, Tensor], prefix: str, *args: Any, **kwargs: Any) -> None:
        self.adapt_weights(state_dict, prefix)
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)


def _size(weight: Tensor) -> str:
    height, width = weight.shape[2:]
    return f'({width}, {height})'
