"""Self-attention that can be looked into (Vaswani et al. 2017, section 3.2)."""

from torch import Tensor, nn

from .chunked_attention import attend
from .linear_layers import Linear, linear
from .recording import Inspectable


class SelfAttention(Inspectable, nn.MultiheadAttention):
    """Multi-head self-attention; a position is added to queries and keys, not to values.

    Uses PyTorch's fused kernels, which never hold the attention map. Only when it is recorded the map is made, and the output
    is computed from it: ``weights`` (B, N, N), averaged over the heads; row i holds what token i attends to, and sums to
    1 but for dropout in training.
    The parameters have the names and shapes of ``nn.MultiheadAttention``.

    Args:
        embed_dims: Channels C of a token, a multiple of ``num_heads``.
        num_heads: How many heads.
        dropout: Share of the attention weights that training drops.
    """

    def __init__(self, embed_dims: int, num_heads: int, dropout: float = 0.1) -> None:
        super().__init__(embed_dims, num_heads, dropout, batch_first=True)
        projection = Linear(embed_dims, embed_dims, device='meta')
        projection.weight, projection.bias = self.out_proj.weight, self.out_proj.bias
        self.out_proj = projection  # type: ignore[assignment]  # is called as any layer

    def forward(self, tokens: Tensor, position: Tensor | None = None) -> Tensor:  # type: ignore[override]  # to itself
        """Let tokens attend to each other.

        Args:
            tokens: (B, N, C).
            position: Added to queries and keys, (N, C) or (B, N, C).

        Returns:
            (B, N, C).
        """
        located = tokens if position is None else tokens + position
        if self.recorded:
            output, weights = super().forward(located, located, tokens, need_weights=True)
            self.record(weights=weights)  # type: ignore[arg-type]  # they were asked for
            return output
        split = 2 * self.embed_dim
        query_key = linear(located, self.in_proj_weight[:split], self.in_proj_bias[:split])  # (B, N, 2C)
        value = linear(tokens, self.in_proj_weight[split:], self.in_proj_bias[split:])
        query, key = query_key.chunk(2, dim=-1)
        query, key, value = (
            x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2) for x in (query, key, value)
        )  # (B, heads, N, C / heads)
        attended = attend(query, key, value, self.dropout if self.training else 0.0)
        return self.out_proj(attended.transpose(1, 2).flatten(2))
