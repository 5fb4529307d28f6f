"""How the layers of transformers end: a feed-forward network (Vaswani et al. 2017, section 3.3)."""

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from .constants import is_traced
from .dropout import Dropout, relu_dropout
from .linear_layers import Linear

HIDDEN = 1 << 22  # hidden units that a CPU makes at a time


class PostNormLayer(nn.Module):
    """Base of a transformer's layers: every sum with a residual is normalised, and a feed-forward network comes last.

    A subclass makes its attentions, calls ``init_feed_forward`` and makes its norms, in this order: it is that of the
    parameters in checkpoints and optimisers.
    """

    def init_feed_forward(self, embed_dims: int, feedforward_channels: int, dropout: float) -> None:
        """Make the feed-forward network and the dropout.

        Args:
            embed_dims: Channels C of a token.
            feedforward_channels: Hidden channels.
            dropout: Share of hidden units and residuals that training drops, in [0, 1).
        """
        self.linear1 = Linear(embed_dims, feedforward_channels)
        self.linear2 = Linear(feedforward_channels, embed_dims)
        self.dropout = Dropout(dropout)

    def add_residual(self, norm: nn.LayerNorm, tokens: Tensor, residual: Tensor) -> Tensor:
        """Tokens and what a part of the layer made of them, (..., C) each, to their normalised sum, (..., C)."""
        return norm(tokens + self.dropout(residual))

    def feed_forward(self, norm: nn.LayerNorm, tokens: Tensor) -> Tensor:
        """(..., C) to (..., C)."""
        at_once = max(1, HIDDEN // self.linear1.out_features)
        each = tokens.flatten(0, -2)  # (n, C)
        if tokens.device.type != 'cpu' or is_traced() or len(each) <= at_once:  # a graph must not ask for the length
            return self.add_residual(norm, tokens, self._transform(tokens))
        # New memory costs a CPU more than what it computes in it. Training makes the units again in the backward pass.
        learns = self.training and torch.is_grad_enabled()
        parts = [
            checkpoint(self._transform, part, use_reentrant=False) if learns else self._transform(part)
            for part in each.split(at_once)
        ]
        return self.add_residual(norm, tokens, torch.cat(parts).view_as(tokens))

    def _transform(self, tokens: Tensor) -> Tensor:
        """The network alone, (..., C) to (..., C)."""
        hidden = relu_dropout(self.linear1(tokens), self.dropout)  # (..., feedforward_channels)
        return self.linear2(hidden)
