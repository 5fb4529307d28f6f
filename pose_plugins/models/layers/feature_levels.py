"""The feature maps of several levels as one sequence of tokens with positions (Deformable DETR, section 4.1)."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ...utils.errors import InputError
from .constants import kept
from .position import sine_position
from .sampling import Shapes


class FeatureLevels(nn.Module):
    """Pixels of all levels one after the other; their position is a 2D sine encoding and a learned vector for each level.

    Args:
        embed_dims: Channels C of every feature map, a multiple of 4.
        levels: Which feature maps are taken, by index.

    Raises:
        InputError: If the levels are not different indices or, in the forward pass, if the feature maps do not fit.
    """

    def __init__(self, embed_dims: int, levels: Sequence[int]) -> None:
        super().__init__()
        if not levels or len(set(levels)) < len(levels) or min(levels) < 0:
            raise InputError(f'feature_levels={levels}: must be different indices of feature maps, 0 or larger')
        self.levels = tuple(levels)
        self.level_embeds = nn.Parameter(torch.randn(len(levels), embed_dims))

    def forward(self, feats: Sequence[Tensor]) -> tuple[Tensor, Tensor, list[tuple[int, int]]]:
        """Lay out the tokens.

        Args:
            feats: The neck's feature maps, (B, C, h, w) each.

        Returns:
            Tokens (B, S, C), which the caller may change in place; their positions (S, C); height and width of each level.
        """
        channels = self.level_embeds.shape[1]
        if any(feature.shape[1] != channels for feature in feats):
            given = ', '.join(str(feature.shape[1]) for feature in feats)
            raise InputError(f'in_channels={channels}: the neck gives feature maps of {given} channels')
        if max(self.levels) >= len(feats):
            raise InputError(
                f'feature_levels={self.levels}: the neck gives {len(feats)} feature maps, 0 to {len(feats) - 1}'
            )
        maps = [feats[level] for level in self.levels]
        # numbers also where a tracer would have them as tensors of the host, of which no tensor of a GPU can be made
        shapes = [(int(feature.shape[2]), int(feature.shape[3])) for feature in maps]
        tokens = torch.cat([feature.flatten(2).transpose(1, 2) for feature in maps], 1)  # (B, S, C)
        embeds = self.level_embeds
        places = [level_position(shape, channels, embeds.device, embeds.dtype) for shape in shapes]
        position = torch.cat([place + embed for place, embed in zip(places, embeds)])
        return tokens, position, shapes


@kept
def level_position(shape: tuple[int, int], channels: int, device: torch.device, dtype: torch.dtype) -> Tensor:
    """Where a level's pixels lie, (h * w, C)."""
    return sine_position(shape[::-1], channels, offset=-0.5).to(device, dtype)


@kept
def pixel_centres(shapes: Shapes, device: torch.device) -> Tensor:
    """Where the pixels of all levels lie, (S, 2), x and y as fractions of the picture, row by row."""
    centres = []
    for height, width in shapes:
        y, x = torch.meshgrid((torch.arange(height) + 0.5) / height, (torch.arange(width) + 0.5) / width, indexing='ij')
        centres.append(torch.stack([x, y], -1).view(-1, 2))
    return torch.cat(centres).to(device)
