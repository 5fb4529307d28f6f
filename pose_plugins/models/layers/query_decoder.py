"""A decoder layer whose queries attend to each other and read a multi-scale memory (Deformable DETR, section 4.1)."""

from torch import nn
from torch.nn import functional as F

from .deformable_attention import DeformableAttention
from .dropout import Dropout
from .self_attention import SelfAttention


class QueryDecoderLayer(nn.Module):
    """Self-attention among queries, deformable cross-attention, feed-forward network; normalised after each sum.

    Args:
        embed_dims (int): Channels C of a query.
        num_heads (int): Heads of both attentions, a divisor of C.
        num_levels (int): Levels of the memory.
        num_points (int): Places that a head reads in each level.
        feedforward_channels (int): Hidden channels of the feed-forward network.
        project (str): As in ``DeformableAttention``.
        dropout (float): Share of attention weights, hidden units and residuals that training drops. Default: 0.1.
    """

    def __init__(
        self, embed_dims, num_heads, num_levels, num_points, feedforward_channels, project='before', dropout=0.1
    ):
        super().__init__()
        self.self_attn = SelfAttention(embed_dims, num_heads, dropout)
        self.cross_attn = DeformableAttention(embed_dims, num_heads, num_levels, num_points, project)
        self.linear1 = nn.Linear(embed_dims, feedforward_channels)
        self.linear2 = nn.Linear(feedforward_channels, embed_dims)
        self.norm1 = nn.LayerNorm(embed_dims)
        self.norm2 = nn.LayerNorm(embed_dims)
        self.norm3 = nn.LayerNorm(embed_dims)
        self.dropout = Dropout(dropout)

    def forward(self, queries, references, memory, shapes, position=None):
        """One step.

        Args:
            queries (Tensor): (B, G, K, C): the K queries of a group attend to each other, groups do not.
            references (Tensor): (B, G, K, 2), fractions of the picture.
            memory (Tensor): (B, S, C), and ``shapes``: as in ``DeformableAttention``.
            position (Tensor | None): What identifies the queries, (K, C).

        Returns:
            Tensor: (B, G, K, C).
        """
        batch, groups = queries.shape[:2]
        attended = self.self_attn(queries.flatten(0, 1), position).unflatten(0, (batch, groups))
        queries = self.norm1(queries + self.dropout(attended))
        located = None if position is None else position.repeat(groups, 1)  # (G * K, C)
        read = self.cross_attn(queries.flatten(1, 2), references.flatten(1, 2), memory, shapes, located)
        queries = self.norm2(queries + self.dropout(read.view_as(queries)))
        hidden = self.dropout(F.relu(self.linear1(queries)))  # (B, G, K, feedforward_channels)
        return self.norm3(queries + self.dropout(self.linear2(hidden)))
