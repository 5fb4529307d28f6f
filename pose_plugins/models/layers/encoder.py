"""The encoder of a transformer (Vaswani et al. 2017, section 3.1); positions are added in every layer (DETR, A.3)."""

from torch import nn
from torch.nn import functional as F

from .dropout import Dropout
from .self_attention import SelfAttention


class EncoderLayer(nn.Module):
    """Self-attention and a feed-forward network, each with a residual connection that is normalised after the sum.

    Args:
        embed_dims (int): Channels C of a token.
        num_heads (int): Heads of the self-attention, a divisor of C.
        feedforward_channels (int): Hidden channels of the feed-forward network.
        dropout (float): Share of attention weights, hidden units and residuals that training drops. Default: 0.1.
    """

    def __init__(self, embed_dims, num_heads, feedforward_channels, dropout=0.1):
        super().__init__()
        self.self_attn = SelfAttention(embed_dims, num_heads, dropout)
        self.linear1 = nn.Linear(embed_dims, feedforward_channels)
        self.linear2 = nn.Linear(feedforward_channels, embed_dims)
        self.norm1 = nn.LayerNorm(embed_dims)
        self.norm2 = nn.LayerNorm(embed_dims)
        self.dropout = Dropout(dropout)

    def forward(self, tokens, position=None):
        """(B, N, C) and a position (N, C) to (B, N, C)."""
        tokens = self.norm1(tokens + self.dropout(self.self_attn(tokens, position)))
        hidden = self.dropout(F.relu(self.linear1(tokens)))  # (B, N, feedforward_channels)
        return self.norm2(tokens + self.dropout(self.linear2(hidden)))


class Encoder(nn.Module):
    """Encoder layers, one after the other; arguments are ``EncoderLayer``'s.

    Args:
        num_layers (int): How many.
    """

    def __init__(self, num_layers, embed_dims, num_heads, feedforward_channels, dropout=0.1):
        super().__init__()
        self.layers = nn.ModuleList(
            EncoderLayer(embed_dims, num_heads, feedforward_channels, dropout) for _ in range(num_layers)
        )
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)

    def forward(self, tokens, position=None):
        """(B, N, C) and a position (N, C), the same for every layer, to (B, N, C)."""
        for layer in self.layers:
            tokens = layer(tokens, position)
        return tokens
