"""TFPose: an encoder over four levels of features, and queries that correct an estimate (TFPose, figure 2)."""

import torch
from mmpose.models.heads import HeatmapHead
from mmpose.models.heads.base_head import BaseHead
from mmpose.models.utils.tta import flip_coordinates
from mmpose.registry import KEYPOINT_CODECS, MODELS
from mmpose.utils.tensor_utils import to_numpy
from torch import nn

from ...utils.errors import InputError
from ..layers import DeformableEncoder, FeatureLevels, QueryDecoderLayer
from .perceptron import perceptron
from .regression_targets import heatmap_targets, keypoint_accuracy, keypoint_targets


@MODELS.register_module()
class TFPoseHead(BaseHead):
    """TFPose, section 3: deformable encoder, query decoder with a correction per layer, auxiliary heatmaps.

    The first estimate y_0 is learned; layer d corrects it to ``y_d = sigmoid(logit(y_{d-1}) + delta_d)`` (section 3.3), and
    every layer is trained. Coordinates are fractions of the input. The 1x1 projections of C2 to C5 are MMPose's
    ``ChannelMapper``, the neck.

    Args:
        in_channels (int): Channels C of every feature map that the neck gives.
        out_channels (int): Number K of keypoints.
        feature_levels (sequence[int]): Which of the neck's feature maps are read, by index. Default: (0, 1, 2, 3).
        num_encoder_layers (int): 0 reads the features as they are. Default: 6.
        num_layers (int): Decoder layers, at least 1. Default: 6.
        num_heads (int): Heads of all attentions, a divisor of C. Default: 8.
        num_points (int): Places that a head reads in each level. Default: 4.
        feedforward_channels (int): Hidden channels of the feed-forward networks. Default: 1024.
        dropout (float): In encoder and decoder, in [0, 1). Default: 0.1.
        loss (dict | None): Config of the loss of each layer's keypoints; None takes the mean ``L1Loss``. Default: None.
        heatmap_loss (dict | None): Config of the auxiliary heatmaps' loss, whose ``loss_weight`` is the paper's lambda; None
            takes ``KeypointMSELoss`` with 50. Default: None.
        auxiliary (bool): Whether auxiliary heatmaps are learned. They are made in training only. Default: True.
        decoder (dict): Config of the codec, ``SigmoidRefinementLabel``.
        init_cfg (dict | None): As in MMPose. Default: None.

    Raises:
        InputError: If an argument is out of its range or, in the forward pass, if the neck does not give the levels or the
            sides of the input are not multiples of 32.
    """

    def __init__(
        self,
        in_channels,
        out_channels,
        feature_levels=(0, 1, 2, 3),
        num_encoder_layers=6,
        num_layers=6,
        num_heads=8,
        num_points=4,
        feedforward_channels=1024,
        dropout=0.1,
        loss=None,
        heatmap_loss=None,
        auxiliary=True,
        decoder=None,
        init_cfg=None,
    ):
        super().__init__(init_cfg)
        if num_encoder_layers < 0 or num_layers < 1 or num_points < 1:
            raise InputError(
                f'num_encoder_layers={num_encoder_layers}, num_layers={num_layers}, num_points={num_points}: at least 0, 1 '
                'and 1 are needed'
            )
        if num_heads < 1 or in_channels % num_heads or in_channels % 4:
            raise InputError(f'in_channels={in_channels}: must be a multiple of num_heads={num_heads} and of 4')
        if not 0 <= dropout < 1:
            raise InputError(f'dropout={dropout}: must lie in [0, 1)')
        if decoder is None:
            raise InputError('decoder: the codec is needed, SigmoidRefinementLabel, whose logit the layers refine in')
        channels, levels = in_channels, len(feature_levels)
        self.out_channels = out_channels
        self.decoder = KEYPOINT_CODECS.build(decoder)
        if num_layers == 1 and getattr(self.decoder, 'score', None) == 'agreement':
            raise InputError("decoder: with num_layers=1 there are no two estimates to agree; take score='constant'")
        if not hasattr(self.decoder, 'logit'):
            raise InputError(f'decoder: {type(self.decoder).__name__} has no logit, a SigmoidRefinementLabel has')
        self.loss_module = MODELS.build(loss or dict(type='L1Loss', use_target_weight=True))
        self.levels = FeatureLevels(channels, feature_levels)
        self.encoder = DeformableEncoder(
            num_encoder_layers, channels, num_heads, levels, num_points, feedforward_channels, dropout
        )
        self.queries = nn.Parameter(torch.randn(out_channels, channels))
        self.query_position = nn.Parameter(torch.randn(out_channels, channels))
        self.initial_logits = nn.Parameter(torch.zeros(out_channels, 2))  # of y_0: it begins in the picture's centre
        self.layers = nn.ModuleList(
            QueryDecoderLayer(channels, num_heads, levels, num_points, feedforward_channels, 'before', dropout)
            for _ in range(num_layers)
        )
        self.corrections = nn.ModuleList(perceptron(channels) for _ in range(num_layers))
        for correction in self.corrections:  # every estimate begins as y_0
            nn.init.zeros_(correction[-1].weight)
            nn.init.zeros_(correction[-1].bias)
        self.auxiliary_head = None
        if auxiliary:
            if self.decoder.heatmap_codec is None:
                raise InputError('auxiliary: the heatmaps want a SigmoidRefinementLabel with a sigma')
            self.auxiliary_head = HeatmapHead(  # three times transposed convolution x2, and 1x1
                channels,
                out_channels,
                deconv_out_channels=(channels,) * 3,
                loss=heatmap_loss or dict(type='KeypointMSELoss', use_target_weight=True, loss_weight=50.0),
            )

    def forward(self, feats):
        """Predict keypoints.

        Args:
            feats (tuple[Tensor]): The neck's feature maps, (B, C, h, w) each, from the finest.

        Returns:
            dict[str, Tensor]: ``keypoints`` (layers, B, K, 2), the estimates y_1, y_2, ... in (0, 1); ``initial_keypoints``
            (K, 2), y_0; ``deltas`` (layers, B, K, 2), the corrections; in training also ``heatmaps`` (B, K, H / 4, W / 4) for
            an input of height H and width W.
        """
        _check_sides(feats)
        tokens, position, shapes = self.levels(feats)
        memory = self.encoder(tokens, shapes, position)  # (B, S, C)
        predicted = self.refine(memory, shapes)
        if self.training and self.auxiliary_head is not None:
            height, width = shapes[-1]
            coarsest = memory[:, -height * width :].transpose(1, 2).unflatten(2, (height, width))  # (B, C, h, w)
            predicted['heatmaps'] = self.auxiliary_head((coarsest,))
        return predicted

    def refine(self, memory, shapes):
        """Decoder layers, each of which reads the memory (B, S, C) around the estimate and corrects it: as ``forward``."""
        batch = len(memory)
        queries = self.queries.expand(batch, 1, -1, -1)  # (B, 1, K, C)
        initial = self.initial_logits.sigmoid()
        estimate = initial.expand(batch, 1, -1, -1)  # (B, 1, K, 2)
        keypoints, deltas = [], []
        for layer, correction in zip(self.layers, self.corrections):
            queries = layer(queries, estimate, memory, shapes, self.query_position)
            with torch.autocast(queries.device.type, enabled=False):
                delta = correction(queries.to(estimate))
                estimate = (torch.logit(estimate, self.decoder.eps) + delta).sigmoid()
            keypoints.append(estimate[:, 0])
            deltas.append(delta[:, 0])
        return dict(initial_keypoints=initial, keypoints=torch.stack(keypoints), deltas=torch.stack(deltas))

    def loss(self, feats, batch_data_samples, train_cfg=None):
        """``d0.loss_kpt`` ... of the decoder layers, as mmdet names them, the last without a number; ``loss_heatmap``; and
        ``acc_pose``, the share of keypoints within 5 % of the input."""
        predicted = self.forward(feats)
        labels, weights = keypoint_targets(batch_data_samples, self.out_channels)  # (B, K, 2), (B, K)
        *others, last = predicted['keypoints']
        losses = {f'd{i}.loss_kpt': self.loss_module(layer, labels, weights) for i, layer in enumerate(others)}
        losses['loss_kpt'] = self.loss_module(last, labels, weights)
        if self.auxiliary_head is not None:
            target = heatmap_targets(batch_data_samples)  # (B, K, H / 4, W / 4)
            if predicted['heatmaps'].shape[2:] != target.shape[2:]:
                made, wanted = ('x'.join(map(str, maps.shape[:1:-1])) for maps in (predicted['heatmaps'], target))
                raise InputError(
                    f'auxiliary: heatmaps of {made}, the codec made {wanted}: they are eight times the coarsest of the '
                    'feature levels, a quarter of the input only if that is C5'
                )
            losses['loss_heatmap'] = self.auxiliary_head.loss_module(predicted['heatmaps'], target, weights)
        losses['acc_pose'] = keypoint_accuracy(last, labels, weights)
        return losses

    def predict(self, feats, batch_data_samples, test_cfg=None):
        """Predict from the last layer, with a flip test if ``test_cfg`` says so, which averages coordinates and scores.

        Args:
            feats (tuple[Tensor] | list[tuple[Tensor]]): Feature maps; for a flip test also those of the mirrored input.
            batch_data_samples (list[PoseDataSample]): The batch's.
            test_cfg (dict | None): ``flip_test``, and ``shift_coords`` as in MMPose's heads.

        Returns:
            list[InstanceData]: ``keypoints`` (1, K, 2) in pixels of the input and ``keypoint_scores`` (1, K).
        """
        test_cfg = test_cfg or {}
        if not test_cfg.get('flip_test', False):
            return self.decode(self._scored(self.forward(feats))[:, None])
        info = batch_data_samples[0].metainfo
        predicted, mirrored = (self._scored(self.forward(of)) for of in feats)  # (B, K, 3)
        mirrored_keypoints = flip_coordinates(
            mirrored[..., :2], info['flip_indices'], test_cfg.get('shift_coords', True), info['input_size']
        )
        mirrored = torch.cat([mirrored_keypoints, mirrored[:, info['flip_indices'], 2:]], -1)
        return self.decode(((predicted + mirrored) / 2)[:, None])

    def _scored(self, predicted):
        """The last layer's keypoints and their scores, (B, K, 3)."""
        keypoints = predicted['keypoints']
        estimates = torch.cat([predicted['initial_keypoints'].expand_as(keypoints[:1]), keypoints])
        scores = torch.from_numpy(self.decoder.scores(to_numpy(estimates))).to(keypoints)  # (B, K)
        return torch.cat([keypoints[-1], scores[..., None]], -1)


def _check_sides(feats):
    """Pixels of all levels lie as fractions of the same picture only if each level is half of the one before.

    That tells sides that are not multiples of 32, but for those that strided convolutions round up to one; the codec tells
    all of them.
    """
    sizes = [tuple(feature.shape[:1:-1]) for feature in feats]
    if any((2 * width, 2 * height) != finer for finer, (width, height) in zip(sizes, sizes[1:])):
        given = ', '.join(f'{width}x{height}' for width, height in sizes)
        raise InputError(
            f'feature maps of {given}: each must have half the sides of the one before, so the sides of the input must be '
            'multiples of 32'
        )
