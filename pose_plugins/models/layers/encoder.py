"""Encoders of transformers (Vaswani et al. 2017, section 3.1), over one feature map or, deformable, over several levels."""

import torch
from torch import nn
from torch.nn import functional as F

from .deformable_attention import DeformableAttention
from .dropout import Dropout
from .self_attention import SelfAttention


class EncoderLayer(nn.Module):
    """Attention and a feed-forward network, each with a residual connection that is normalised after the sum.

    Args:
        self_attn (nn.Module): Called with the tokens and what else ``forward`` is given.
        embed_dims (int): Channels C of a token.
        feedforward_channels (int): Hidden channels of the feed-forward network.
        dropout (float): Share of hidden units and residuals that training drops. Default: 0.1.
    """

    def __init__(self, self_attn, embed_dims, feedforward_channels, dropout=0.1):
        super().__init__()
        self.self_attn = self_attn
        self.linear1 = nn.Linear(embed_dims, feedforward_channels)
        self.linear2 = nn.Linear(feedforward_channels, embed_dims)
        self.norm1 = nn.LayerNorm(embed_dims)
        self.norm2 = nn.LayerNorm(embed_dims)
        self.dropout = Dropout(dropout)

    def forward(self, tokens, **attended):
        """(B, N, C) to (B, N, C)."""
        tokens = self.norm1(tokens + self.dropout(self.self_attn(tokens, **attended)))
        hidden = self.dropout(F.relu(self.linear1(tokens)))  # (B, N, feedforward_channels)
        return self.norm2(tokens + self.dropout(self.linear2(hidden)))


class Encoder(nn.Module):
    """Every token attends to all; positions are added in every layer (DETR, A.3).

    Args:
        num_layers (int): How many layers.
        embed_dims (int): Channels C of a token.
        num_heads (int): Heads of the self-attention, a divisor of C.
        feedforward_channels (int): Hidden channels of the feed-forward networks.
        dropout (float): Share of attention weights, hidden units and residuals that training drops. Default: 0.1.
    """

    def __init__(self, num_layers, embed_dims, num_heads, feedforward_channels, dropout=0.1):
        super().__init__()
        self.layers = nn.ModuleList(
            EncoderLayer(SelfAttention(embed_dims, num_heads, dropout), embed_dims, feedforward_channels, dropout)
            for _ in range(num_layers)
        )
        _init_matrices(self)

    def forward(self, tokens, position=None):
        """(B, N, C) and a position (N, C), the same for every layer, to (B, N, C)."""
        for layer in self.layers:
            tokens = layer(tokens, position=position)
        return tokens


class DeformableEncoder(nn.Module):
    """The pixels of several levels are tokens, each of which reads a few places of every level around its own (Deformable
    DETR, section 4.1).

    Args:
        num_layers, embed_dims, num_heads, feedforward_channels, dropout: As in ``Encoder``.
        num_levels (int): How many levels.
        num_points (int): How many places of each level a head reads.
    """

    def __init__(self, num_layers, embed_dims, num_heads, num_levels, num_points, feedforward_channels, dropout=0.1):
        super().__init__()
        self.layers = nn.ModuleList(
            EncoderLayer(
                DeformableAttention(embed_dims, num_heads, num_levels, num_points),
                embed_dims,
                feedforward_channels,
                dropout,
            )
            for _ in range(num_layers)
        )
        _init_matrices(self)
        for layer in self.layers:
            layer.self_attn.init_weights()

    def forward(self, tokens, shapes, position=None):
        """Encode.

        Args:
            tokens (Tensor): (B, S, C), the pixels of all levels, row by row.
            shapes (sequence[tuple[int, int]]): Height and width of each level; S is the sum of their areas.
            position (Tensor | None): (S, C), the same for every layer.

        Returns:
            Tensor: (B, S, C).
        """
        # in float32 also under autocast: a float16 is a thirtieth of a pixel off
        centres = pixel_centres(shapes).to(tokens.device).expand(len(tokens), -1, -1)  # (B, S, 2)
        for layer in self.layers:
            tokens = layer(tokens, references=centres, memory=tokens, shapes=shapes, position=position)
        return tokens


def pixel_centres(shapes):
    """Where the pixels of all levels lie, (S, 2), x and y as fractions of the picture, row by row."""
    centres = []
    for height, width in shapes:
        y, x = torch.meshgrid((torch.arange(height) + 0.5) / height, (torch.arange(width) + 0.5) / width, indexing='ij')
        centres.append(torch.stack([x, y], -1).view(-1, 2))
    return torch.cat(centres)


def _init_matrices(module):
    for parameter in module.parameters():
        if parameter.dim() > 1:
            nn.init.xavier_uniform_(parameter)
