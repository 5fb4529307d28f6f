"""Encoders of transformers (Vaswani et al. 2017, section 3.1), over one feature map or, deformable, over several levels."""

from typing import Any

from torch import Tensor, nn

from .deformable_attention import DeformableAttention, init_deformable
from .feature_levels import pixel_centres
from .feed_forward import PostNormLayer
from .initialization import init_matrices
from .sampling import Shapes
from .self_attention import SelfAttention


class EncoderLayer(PostNormLayer):
    """Attention and a feed-forward network, each with a residual connection that is normalised after the sum.

    Args:
        self_attn: Called with the tokens and what else ``forward`` is given.
        embed_dims: Channels C of a token.
        feedforward_channels: Hidden channels of the feed-forward network.
        dropout: Share of hidden units and residuals that training drops.
    """

    def __init__(self, self_attn: nn.Module, embed_dims: int, feedforward_channels: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.self_attn = self_attn
        self.init_feed_forward(embed_dims, feedforward_channels, dropout)
        self.norm1 = nn.LayerNorm(embed_dims)
        self.norm2 = nn.LayerNorm(embed_dims)

    def forward(self, tokens: Tensor, **attended: Any) -> Tensor:
        """(B, N, C) to (B, N, C)."""
        tokens = self.add_residual(self.norm1, tokens, self.self_attn(tokens, **attended))
        return self.feed_forward(self.norm2, tokens)


class Encoder(nn.Module):
    """Every token attends to all; positions are added in every layer (DETR, A.3).

    Args:
        num_layers: How many layers.
        embed_dims: Channels C of a token.
        num_heads: Heads of the self-attention, a divisor of C.
        feedforward_channels: Hidden channels of the feed-forward networks.
        dropout: Share of attention weights, hidden units and residuals that training drops.
    """

    def __init__(
        self, num_layers: int, embed_dims: int, num_heads: int, feedforward_channels: int, dropout: float = 0.1
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            EncoderLayer(SelfAttention(embed_dims, num_heads, dropout), embed_dims, feedforward_channels, dropout)
            for _ in range(num_layers)
        )
        init_matrices(self)

    def forward(self, tokens: Tensor, position: Tensor | None = None) -> Tensor:
        """(B, N, C) and a position (N, C), the same for every layer, to (B, N, C)."""
        for layer in self.layers:
            tokens = layer(tokens, position=position)
        return tokens


class DeformableEncoder(nn.Module):
    """The pixels of several levels are tokens, each of which reads a few places of every level around its own (Deformable
    DETR, section 4.1).

    Args:
        num_layers, embed_dims, num_heads, feedforward_channels, dropout: As in ``Encoder``.
        num_levels: How many levels.
        num_points: How many places of each level a head reads.
        sampling: As in ``DeformableAttention``.
    """

    def __init__(
        self,
        num_layers: int,
        embed_dims: int,
        num_heads: int,
        num_levels: int,
        num_points: int,
        feedforward_channels: int,
        dropout: float = 0.1,
        sampling: str = 'auto',
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            EncoderLayer(
                DeformableAttention(embed_dims, num_heads, num_levels, num_points, sampling=sampling),
                embed_dims,
                feedforward_channels,
                dropout,
            )
            for _ in range(num_layers)
        )
        init_deformable(self)

    def forward(self, tokens: Tensor, shapes: Shapes, position: Tensor | None = None) -> Tensor:
        """Encode.

        Args:
            tokens: (B, S, C), the pixels of all levels, row by row.
            shapes: Height and width of each level; S is the sum of their areas.
            position: (S, C), the same for every layer.

        Returns:
            (B, S, C).
        """
        # in float32 also under autocast: a float16 is a thirtieth of a pixel off
        centres = pixel_centres(tuple(shapes), tokens.device).expand(tokens.shape[0], -1, -1)  # (B, S, 2)
        for layer in self.layers:
            tokens = layer(tokens, references=centres, memory=tokens, shapes=shapes, position=position)
        return tokens
