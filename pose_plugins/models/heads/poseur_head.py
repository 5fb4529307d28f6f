"""Poseur: a coarse pose, refined by queries that read the features around it (Poseur, figure 2)."""

from typing import Any

import torch
from mmdet.models.layers.transformer import coordinate_to_encoding
from mmpose.registry import MODELS
from mmpose.utils.typing import SampleList
from torch import Tensor, nn
from torch.nn import functional as F

from ...utils.arguments import one_of
from ..layers import Shapes, full_precision, init_matrices
from .poseur_noise import NoisyReferences
from .query_head import QueryHead
from .regression import keypoint_accuracy, keypoint_targets

QUERY_STARTS = ('coarse', 'learned')


@MODELS.register_module()
class PoseurHead(QueryHead):
    """Poseur, section 3: coarse prediction, keypoint encoder, query decoder with refinement.

    All coordinates and sigmas are fractions of the input. ``model(inputs, None, mode='tensor')`` gives what ``forward`` does.

    Args:
        query_start: 'coarse': queries begin with an encoding of the coarse keypoints; 'learned': with a learned one.
        noise: Arguments of ``NoisyReferences``; None trains without.
        coarse_loss: Config of the coarse prediction's loss; None takes ``PoseurRLELoss``.
        loss: Config of the loss that all decoder layers share; None takes ``PoseurRLELoss``.
        **shared: Those of ``QueryHead``, among them ``in_channels`` C and ``out_channels`` K; the codec is
            ``RLELaplaceLabel``.

    Raises:
        InputError: If an argument is out of its range or, in the forward pass, if the neck does not give the levels.
    """

    def __init__(
        self,
        *,
        query_start: str = 'coarse',
        noise: dict | None = None,
        coarse_loss: dict | None = None,
        loss: dict | None = None,
        **shared: Any,
    ) -> None:
        super().__init__(**shared)
        one_of(QUERY_STARTS, query_start=query_start)
        channels, keypoints = self.in_channels, self.out_channels
        self.query_start = query_start
        self.noise = None if noise is None else NoisyReferences(keypoints, **noise)
        self.coarse_loss_module = MODELS.build(coarse_loss or dict(type='PoseurRLELoss'))
        self.loss_module = MODELS.build(loss or dict(type='PoseurRLELoss'))

        self.coarse_keypoints = nn.Linear(channels, keypoints * 2)
        self.coarse_sigmas = nn.Linear(channels, keypoints * 2)
        self.keypoint_classes = nn.Parameter(torch.randn(keypoints, channels))
        if query_start == 'coarse':
            self.keypoint_encoder = nn.Sequential(nn.Linear(2 * channels, channels), nn.LayerNorm(channels))
        else:
            self.learned_queries = nn.Parameter(torch.randn(keypoints, channels))
        self.levels = self.make_levels()
        self.layers = self.make_layers(project='after')
        self.refine_branches = self.make_branches()
        self.output_branches = self.make_branches()
        self.sigma_branches = self.make_branches(nn.Identity)  # as published: three linear layers with nothing between
        self._init_as_published()

    def _init_as_published(self) -> None:
        """Let training begin where the published models' began, which is not where Deformable DETR begins: the places and
        weights of EMSDA depend on the query from the start."""
        for part in (self.coarse_keypoints, self.coarse_sigmas, self.layers):
            init_matrices(part)
        if self.query_start == 'coarse':
            init_matrices(self.keypoint_encoder)
        nn.init.xavier_uniform_(self.keypoint_classes)
        heads, channels = self.layer_settings['num_heads'], self.in_channels
        for name, parameter in self.layers.named_parameters():
            # the heads' matrices (C, C / heads) are one below the other, and so are their biases
            if name.endswith('cross_attn.value_proj.weight'):
                _init_as(parameter, heads * channels, channels // heads)
            elif name.endswith('cross_attn.value_proj.bias'):
                _init_as(parameter, heads, channels // heads)
        for branches in (self.refine_branches, self.output_branches):
            init_matrices(branches, gain=0.01)
        for branch in self.sigma_branches:
            init_matrices(list(branch.children())[-1], gain=0.01)

    def forward(self, feats: tuple[Tensor, ...]) -> dict[str, Tensor]:
        """Predict keypoints.

        Args:
            feats: The neck's feature maps, (B, C, h, w) each; the last gives the coarse prediction.

        Returns:
            ``coarse_keypoints`` and ``coarse_sigmas`` (B, K, 2), ``keypoints`` and ``sigmas`` (layers, B, K, 2); sigmas in
            (0, 1). In training with noisy references, keypoints and sigmas are (layers, B, G, K, 2), where the first group
            is the one without noise.
        """
        tokens, position, shapes = self.levels(feats)
        coarse, coarse_sigmas = self.predict_coarse(feats[-1])
        memory = tokens.to(position).add_(position)  # (B, S, C), in place unless under autocast
        references = coarse.detach()[:, None]  # (B, 1, K, 2)
        noise = self.noise if self.training else None
        if noise is not None:
            references = torch.cat([references, noise(references)], 1)  # (B, G, K, 2)
        keypoints, sigmas = self.refine(references, memory, shapes)  # (layers, B, G, K, 2)
        if noise is None:
            keypoints, sigmas = keypoints[:, :, 0], sigmas[:, :, 0]
        return dict(coarse_keypoints=coarse, coarse_sigmas=coarse_sigmas, keypoints=keypoints, sigmas=sigmas)

    def predict_coarse(self, feature: Tensor) -> tuple[Tensor, Tensor]:
        """(B, C, h, w) to coarse keypoints and sigmas, (B, K, 2) each, with gradients."""
        pooled = feature.mean((2, 3))  # (B, C)
        coarse, spread = self.coarse_keypoints, self.coarse_sigmas
        with full_precision(pooled):  # the norm of C values leaves float16's range
            pooled = pooled.float()
            norm = pooled.norm(dim=-1, keepdim=True).clamp(min=1e-6)  # (B, 1)
            keypoints = F.linear(pooled, coarse.weight.float()) / norm + coarse.bias.float()
            sigmas = F.linear(pooled, spread.weight.float(), spread.bias.float()).sigmoid()
        return keypoints.unflatten(-1, (-1, 2)), sigmas.unflatten(-1, (-1, 2))

    def refine(self, references: Tensor, memory: Tensor, shapes: Shapes) -> tuple[Tensor, Tensor]:
        """Decoder layers, each of which reads the memory around the estimate and moves it.

        Args:
            references: (B, G, K, 2), where the first layer reads.
            memory: (B, S, C), and ``shapes``: as in ``DeformableAttention``.

        Returns:
            Keypoints and sigmas of every layer, (layers, B, G, K, 2) each.
        """
        queries = self.start_queries(references)  # (B, G, K, C)
        keypoints, sigmas = [], []
        for layer, refine, output, sigma in zip(
            self.layers, self.refine_branches, self.output_branches, self.sigma_branches
        ):
            queries = layer(queries, references, memory, shapes, self.keypoint_classes)
            with full_precision(queries):
                hidden = queries.to(next(refine.parameters()))  # a float16 only in a model of such weights
                references = (refine(hidden) + _logit(references.float())).sigmoid()
                keypoints.append(references + output(hidden))
                sigmas.append(sigma(hidden).float().sigmoid())
        return torch.stack(keypoints), torch.stack(sigmas)

    def start_queries(self, references: Tensor) -> Tensor:
        """(B, G, K, 2) to the queries that the decoder begins with, (B, G, K, C)."""
        if self.query_start == 'learned':
            return self.learned_queries.expand(*references.shape[:3], -1)
        channels = self.keypoint_classes.shape[1]
        encodings = _encode(references, channels), _encode(references.clamp(0.0, 1.0), channels)
        return self.keypoint_encoder(torch.cat(encodings, -1).to(self.keypoint_classes))

    def loss(
        self, feats: tuple[Tensor, ...], batch_data_samples: SampleList, train_cfg: dict | None = None
    ) -> dict[str, Tensor]:
        """``loss_coarse``; ``d0.loss_kpt`` ... and, of the last decoder layer, ``loss_kpt``; ``acc_pose``, an accuracy."""
        predicted = self.forward(feats)
        labels, weights = keypoint_targets(batch_data_samples, self.out_channels)  # (B, K, 2), (B, K)
        coarse = predicted['coarse_keypoints'], predicted['coarse_sigmas']
        losses = dict(loss_coarse=self.coarse_loss_module(*coarse, labels, weights))
        keypoints, sigmas = predicted['keypoints'], predicted['sigmas']
        last, targets = keypoints[-1], (labels, weights)
        if last.dim() == 4:  # (B, G, K, 2): groups with noise have the same targets
            targets = labels[:, None].expand_as(last), weights[:, None].expand(last.shape[:3])
            last = last[:, 0]
        losses.update(self.layer_losses(zip(keypoints, sigmas), *targets))
        losses['acc_pose'] = keypoint_accuracy(last, labels, weights)
        return losses

    def scored(self, predicted: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """The last layer's keypoints (B, K, 2), and the codec's scores of its sigmas (B, K)."""
        return predicted['keypoints'][-1], self.codec_scores(predicted['sigmas'][-1])

    def average(self, keypoints: Tensor, scores: Tensor) -> tuple[Tensor, Tensor]:
        """Join picture and mirror image, (2, B, K, 2) and (2, B, K): coordinates with weights s^5, where s is a keypoint's
        score in either, and the mean of the scores."""
        tiny = torch.finfo(scores.dtype).tiny
        relative = (scores + tiny) / (scores.amax(0) + tiny)  # the larger is 1: small scores to the fifth are zero
        weights = relative[..., None] ** 5  # (2, B, K, 1)
        return (keypoints * weights).sum(0) / weights.sum(0), scores.mean(0)


def _init_as(parameter: Tensor, rows: int, columns: int) -> None:
    """Draw a parameter like a matrix of that shape, as Xavier says."""
    with torch.no_grad():
        parameter.copy_(nn.init.xavier_uniform_(parameter.new_empty(rows, columns)).view_as(parameter))


def _logit(fractions: Tensor, eps: float = 1e-5) -> Tensor:
    """mmdet's ``inverse_sigmoid`` with one clamp for its two; whole-numbered limits break ONNX export."""
    return (fractions.clamp(eps, 1.0) / (1 - fractions).clamp(eps, 1.0)).log()


def _encode(coordinates: Tensor, channels: int) -> Tensor:
    """Sine encoding of coordinates, (..., 2) to (..., channels): x, then y."""
    flat = coordinates.flatten(0, -2)[None].flip(-1)  # mmdet's begins with the second
    return coordinate_to_encoding(flat, channels // 2).view(*coordinates.shape[:-1], channels)
