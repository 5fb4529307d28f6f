"""A decoder layer whose queries attend to each other and read a multi-scale memory (Deformable DETR, section 4.1)."""

from torch import Tensor, nn

from .deformable_attention import DeformableAttention
from .feed_forward import PostNormLayer
from .sampling import Shapes
from .self_attention import SelfAttention


class QueryDecoderLayer(PostNormLayer):
    """Self-attention among queries, deformable cross-attention, feed-forward network; normalised after each sum.

    Args:
        embed_dims: Channels C of a query.
        num_heads: Heads of both attentions, a divisor of C.
        num_levels: Levels of the memory.
        num_points: Places that a head reads in each level.
        feedforward_channels: Hidden channels of the feed-forward network.
        project, sampling: As in ``DeformableAttention``.
        dropout: Share of attention weights, hidden units and residuals that training drops.
    """

    def __init__(
        self,
        embed_dims: int,
        num_heads: int,
        num_levels: int,
        num_points: int,
        feedforward_channels: int,
        project: str = 'before',
        dropout: float = 0.1,
        sampling: str = 'auto',
    ) -> None:
        super().__init__()
        self.self_attn = SelfAttention(embed_dims, num_heads, dropout)
        self.cross_attn = DeformableAttention(embed_dims, num_heads, num_levels, num_points, project, sampling)
        self.init_feed_forward(embed_dims, feedforward_channels, dropout)
        self.norm1 = nn.LayerNorm(embed_dims)
        self.norm2 = nn.LayerNorm(embed_dims)
        self.norm3 = nn.LayerNorm(embed_dims)

    def forward(
        self, queries: Tensor, references: Tensor, memory: Tensor, shapes: Shapes, position: Tensor | None = None
    ) -> Tensor:
        """One step.

        Args:
            queries: (B, G, K, C): the K queries of a group attend to each other, groups do not.
            references: (B, G, K, 2), fractions of the picture.
            memory: (B, S, C), and ``shapes``: as in ``DeformableAttention``.
            position: Identifies the queries, (K, C).

        Returns:
            (B, G, K, C).
        """
        batch, groups = queries.shape[:2]
        attended = self.self_attn(queries.flatten(0, 1), position).unflatten(0, (batch, groups))
        queries = self.add_residual(self.norm1, queries, attended)
        located = None if position is None else position.repeat(groups, 1)  # (G * K, C)
        read = self.cross_attn(queries.flatten(1, 2), references.flatten(1, 2), memory, shapes, located)
        queries = self.add_residual(self.norm2, queries, read.view_as(queries))
        return self.feed_forward(self.norm3, queries)
