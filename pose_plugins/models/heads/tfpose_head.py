"""TFPose: an encoder over four levels of features, and queries that correct an estimate (TFPose, figure 2)."""

from typing import Any

import torch
from mmpose.models.heads import HeatmapHead
from mmpose.registry import MODELS
from mmpose.utils.typing import SampleList
from torch import Tensor, nn

from ...utils.arguments import at_least
from ...utils.errors import InputError
from ..layers import DeformableEncoder, Shapes, at_least_float32, full_precision, init_deformable
from .query_head import QueryHead
from .regression import heatmap_targets, keypoint_accuracy, keypoint_targets


@MODELS.register_module()
class TFPoseHead(QueryHead):
    """TFPose, section 3: deformable encoder, query decoder with a correction per layer, auxiliary heatmaps.

    The first estimate y_0 is learned; layer d corrects it to ``y_d = sigmoid(logit(y_{d-1}) + delta_d)`` (section 3.3), and
    every layer is trained. Coordinates are fractions of the input. The 1x1 projections of C2 to C5 are MMPose's
    ``ChannelMapper``, the neck.

    Args:
        num_encoder_layers: 0 reads the features as they are.
        loss: Config of the loss of each layer's keypoints; None takes the mean ``L1Loss``.
        heatmap_loss: Config of the auxiliary heatmaps' loss, whose ``loss_weight`` is the paper's lambda; None takes
            ``KeypointMSELoss`` with 50.
        auxiliary: Whether auxiliary heatmaps are learned. They are made in training only.
        **shared: Those of ``QueryHead``, among them ``in_channels`` C and ``out_channels`` K; the codec,
            ``SigmoidRefinementLabel``, is needed.

    Raises:
        InputError: If an argument is out of its range or, in the forward pass, if the neck does not give the levels.
    """

    def __init__(
        self,
        *,
        num_encoder_layers: int = 6,
        loss: dict | None = None,
        heatmap_loss: dict | None = None,
        auxiliary: bool = True,
        **shared: Any,
    ) -> None:
        super().__init__(**shared)
        at_least(0, num_encoder_layers=num_encoder_layers)
        if not hasattr(self.decoder, 'eps'):
            raise InputError(
                'decoder: the codec is needed, a SigmoidRefinementLabel, whose eps clamps the logits of estimates'
            )
        if self.num_layers == 1 and self.decoder.score == 'agreement':
            raise InputError("decoder: with num_layers=1 there are no two estimates to agree; take score='constant'")
        channels, keypoints = self.in_channels, self.out_channels
        self.loss_module = MODELS.build(loss or dict(type='L1Loss', use_target_weight=True))
        self.levels = self.make_levels()
        self.encoder = DeformableEncoder(num_encoder_layers, **self.layer_settings)
        if not num_encoder_layers:  # which alone reads positions; parameters without gradients stop several processes
            self.levels.level_embeds.requires_grad_(False)
        self.queries = nn.Parameter(torch.randn(keypoints, channels))
        self.query_position = nn.Parameter(torch.randn(keypoints, channels))
        self.initial_logits = nn.Parameter(torch.zeros(keypoints, 2))  # of y_0: it begins in the picture's centre
        self.layers = self.make_layers(project='before')
        init_deformable(self.layers)
        self.corrections = self.make_branches()
        for correction in self.corrections:  # every estimate begins as y_0
            for parameter in list(correction.parameters())[-2:]:  # of the last linear layer
                nn.init.zeros_(parameter)
        self.auxiliary_head = None
        if auxiliary:
            if self.decoder.heatmap_codec is None:
                raise InputError('auxiliary: the heatmaps want a SigmoidRefinementLabel with a sigma')
            self.auxiliary_head = HeatmapHead(  # three times transposed convolution x2, and 1x1
                channels,
                keypoints,
                deconv_out_channels=(channels,) * 3,
                loss=heatmap_loss or dict(type='KeypointMSELoss', use_target_weight=True, loss_weight=50.0),
            )

    def forward(self, feats: tuple[Tensor, ...]) -> dict[str, Tensor]:
        """Predict keypoints.

        Args:
            feats: The neck's feature maps, (B, C, h, w) each, from the finest.

        Returns:
            ``keypoints`` (layers, B, K, 2), the estimates y_1, y_2, ... in (0, 1); ``initial_keypoints`` (K, 2), y_0;
            ``deltas`` (layers, B, K, 2), the corrections; in training also ``heatmaps`` (B, K, H / 4, W / 4) for an input of
            height H and width W.
        """
        tokens, position, shapes = self.levels(feats)
        memory = self.encoder(tokens, shapes, position)  # (B, S, C)
        predicted = self.refine(memory, shapes)
        if self.training and self.auxiliary_head is not None:
            height, width = shapes[-1]
            coarsest = memory[:, -height * width :].transpose(1, 2).unflatten(2, (height, width))  # (B, C, h, w)
            predicted['heatmaps'] = self.auxiliary_head((coarsest,))
        return predicted

    def refine(self, memory: Tensor, shapes: Shapes) -> dict[str, Tensor]:
        """Decoder layers, each of which reads the memory (B, S, C) around the estimate and corrects it: as ``forward``."""
        batch = memory.shape[0]  # len() would be a constant of an exported graph
        queries = self.queries.expand(batch, 1, -1, -1)  # (B, 1, K, C)
        initial = at_least_float32(self.initial_logits).sigmoid()  # a float16 would be a tenth of a pixel off
        estimate = initial.expand(batch, 1, -1, -1)  # (B, 1, K, 2)
        keypoints, deltas = [], []
        for layer, correction in zip(self.layers, self.corrections):
            queries = layer(queries, estimate, memory, shapes, self.query_position)
            with full_precision(queries):
                delta = at_least_float32(correction(queries.to(next(correction.parameters()))))
                estimate = (torch.logit(estimate, self.decoder.eps) + delta).sigmoid()
            keypoints.append(estimate[:, 0])
            deltas.append(delta[:, 0])
        return dict(initial_keypoints=initial, keypoints=torch.stack(keypoints), deltas=torch.stack(deltas))

    def loss(
        self, feats: tuple[Tensor, ...], batch_data_samples: SampleList, train_cfg: dict | None = None
    ) -> dict[str, Tensor]:
        """``d0.loss_kpt`` ... and, of the last decoder layer, ``loss_kpt``; ``loss_heatmap``; ``acc_pose``, an accuracy."""
        predicted = self.forward(feats)
        labels, weights = keypoint_targets(batch_data_samples, self.out_channels)  # (B, K, 2), (B, K)
        losses = self.layer_losses(zip(predicted['keypoints']), labels, weights)
        if self.auxiliary_head is not None:
            target = heatmap_targets(batch_data_samples)  # (B, K, H / 4, W / 4)
            if predicted['heatmaps'].shape[2:] != target.shape[2:]:
                made, wanted = ('x'.join(map(str, maps.shape[:1:-1])) for maps in (predicted['heatmaps'], target))
                raise InputError(
                    f'auxiliary: heatmaps of {made}, the codec made {wanted}: they are eight times the coarsest of the '
                    'feature levels, a quarter of the input only if that is C5'
                )
            losses['loss_heatmap'] = self.auxiliary_head.loss_module(predicted['heatmaps'], target, weights)
        losses['acc_pose'] = keypoint_accuracy(predicted['keypoints'][-1], labels, weights)
        return losses

    def scored(self, predicted: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """The last layer's keypoints (B, K, 2), and the codec's scores (B, K) of the estimates of all layers."""
        keypoints = predicted['keypoints']
        estimates = torch.cat([predicted['initial_keypoints'].expand_as(keypoints[:1]), keypoints])
        return keypoints[-1], self.codec_scores(estimates)
