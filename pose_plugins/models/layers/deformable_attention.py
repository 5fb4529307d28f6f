"""Multi-scale deformable attention: a query reads a few places of each level (Deformable DETR, section 4.1)."""

import math

import torch
from torch import Tensor, nn

from ...utils.arguments import multiple_of, one_of
from ...utils.errors import InputError
from .initialization import init_matrices
from .kernel_sampling import sampler
from .linear_layers import Linear
from .recording import Inspectable
from .sampling import Shapes, level_sizes

PROJECTIONS = ('before', 'after')


class DeformableAttention(Inspectable):
    """Weighted sums of sampled values; where to sample and the weights are linear in the query.

    ``project='before'`` is Deformable DETR's: values are projected, then sampled. ``'after'`` is Poseur's EMSDA (section
    3.3): the memory itself is sampled for every head, and only the head's weighted sum is projected, which is cheap when
    queries are few. Recorded: ``points`` (B, Q, heads, levels, points, 2), fractions of the picture, and ``weights`` without
    the last dimension, which sum to 1 over levels and points.

    Args:
        embed_dims: Channels C of a query and of the memory, a multiple of ``num_heads``.
        num_heads: How many heads.
        num_levels: How many levels L the memory has.
        num_points: How many places of each level a head reads.
        project: 'before' or 'after'.
        sampling: By whose code samples are taken and summed up, as in ``sampler``. The attribute ``sample`` is that function,
            in whose place another may be set.

    Raises:
        InputError: If an argument is out of its range.
    """

    def __init__(
        self,
        embed_dims: int,
        num_heads: int = 8,
        num_levels: int = 4,
        num_points: int = 4,
        project: str = 'before',
        sampling: str = 'auto',
    ) -> None:
        super().__init__()
        one_of(PROJECTIONS, project=project)
        multiple_of(num_heads, f'num_heads={num_heads}', embed_dims=embed_dims)
        self.num_heads, self.num_levels, self.num_points = num_heads, num_levels, num_points
        self.project = project
        self.sample = sampler(sampling)
        self.sampling_offsets = Linear(embed_dims, num_heads * num_levels * num_points * 2)
        self.attention_weights = Linear(embed_dims, num_heads * num_levels * num_points)
        self.value_proj = Linear(embed_dims, embed_dims)
        self.output_proj = Linear(embed_dims, embed_dims)
        self.init_weights()

    def init_weights(self) -> None:
        """Offsets begin on one direction a head, at distances of 1, 2, ... pixels; all places weigh the same."""
        for layer in (self.sampling_offsets, self.attention_weights):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
        angle = torch.arange(self.num_heads) * (2 * math.pi / self.num_heads)
        direction = torch.stack([angle.cos(), angle.sin()], -1)  # (heads, 2)
        direction = direction / direction.abs().amax(-1, keepdim=True)  # on a square
        radius = torch.arange(1, self.num_points + 1)[:, None]
        offsets = (direction[:, None, None] * radius).expand(-1, self.num_levels, -1, -1)  # (heads, L, points, 2)
        with torch.no_grad():
            self.sampling_offsets.bias.copy_(offsets.flatten())
        for layer in (self.value_proj, self.output_proj):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(
        self, queries: Tensor, references: Tensor, memory: Tensor, shapes: Shapes, position: Tensor | None = None
    ) -> Tensor:
        """Let queries read the memory.

        Args:
            queries: (B, Q, C).
            references: (B, Q, 2), x and y as fractions of the picture, around which a query reads.
            memory: (B, S, C), the pixels of all levels, row by row.
            shapes: Height and width of each level; S is the sum of their areas.
            position: Added to the queries for offsets and weights, (B, Q, C) or broadcast to it.

        Returns:
            (B, Q, C).

        Raises:
            InputError: If the memory has another number of levels.
        """
        if len(shapes) != self.num_levels:
            raise InputError(f'num_levels={self.num_levels}: the memory has {len(shapes)} levels')
        located = queries if position is None else queries + position
        split = (self.num_levels, self.num_points)
        offsets = self.sampling_offsets(located).unflatten(-1, (self.num_heads, -1))  # pixels of each level
        weights = self.attention_weights(located).unflatten(-1, (self.num_heads, -1))  # (B, Q, heads, L * points)
        weights = weights.softmax(-1).unflatten(-1, split)
        # repeated, for a CPU is slow at sums that begin anew after two numbers
        size = level_sizes(
            tuple(shapes), self.num_points, offsets.device, offsets.dtype
        ).T.flatten()  # (L * points * 2)
        around = references.repeat(1, 1, math.prod(split))[:, :, None]  # (B, Q, 1, L * points * 2)
        points = (around + offsets / size).unflatten(-1, (*split, 2))  # (B, Q, heads, L, points, 2)
        if self.recorded:
            self.record(points=points, weights=weights)
        if self.project == 'before':
            values = self.value_proj(memory).unflatten(-1, (self.num_heads, -1))  # (B, S, heads, C / heads)
            attended = self.sample(values, shapes, points, weights)  # (B, Q, heads, C / heads)
        else:
            sampled = self.sample(memory[:, :, None], shapes, points, weights)  # (B, Q, heads, C)
            matrix = self.value_proj.weight.unflatten(0, (self.num_heads, -1))  # (heads, C / heads, C)
            attended = torch.einsum('bqhc,hdc->bqhd', sampled.to(matrix.dtype), matrix)
            attended = attended + self.value_proj.bias.unflatten(0, (self.num_heads, -1))
        return self.output_proj(attended.flatten(2).to(self.output_proj.weight.dtype))


def init_deformable(module: nn.Module) -> None:
    """Let a transformer begin as Deformable DETR does: Xavier for every matrix but those that say where attentions read."""
    init_matrices(module)
    for attention in module.modules():
        if isinstance(attention, DeformableAttention):
            attention.init_weights()
