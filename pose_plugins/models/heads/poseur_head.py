"""Poseur: a coarse pose, refined by queries that read the features around it (Poseur, figure 2)."""

import torch
from mmdet.models.layers.transformer import coordinate_to_encoding, inverse_sigmoid
from mmpose.models.heads.base_head import BaseHead
from mmpose.models.utils.tta import flip_coordinates
from mmpose.registry import KEYPOINT_CODECS, MODELS
from mmpose.utils.tensor_utils import to_numpy
from torch import nn
from torch.nn import functional as F

from ...utils.errors import InputError
from ..layers import FeatureLevels, QueryDecoderLayer
from .perceptron import perceptron
from .poseur_noise import NoisyReferences
from .regression_targets import keypoint_accuracy, keypoint_targets

QUERY_STARTS = ('coarse', 'learned')


@MODELS.register_module()
class PoseurHead(BaseHead):
    """Poseur, section 3: coarse prediction, keypoint encoder, query decoder with refinement.

    All coordinates and sigmas are fractions of the input. ``model(inputs, None, mode='tensor')`` gives what ``forward`` does.

    Args:
        in_channels (int): Channels C of every feature map that the neck gives.
        out_channels (int): Number K of keypoints.
        feature_levels (sequence[int]): Which of the neck's feature maps are read, by index. Default: (0, 1, 2, 3).
        num_layers (int): Decoder layers, at least 1. Default: 6.
        num_heads (int): Heads of both attentions, a divisor of C. Default: 8.
        num_points (int): Places that a head reads in each level. Default: 4.
        feedforward_channels (int): Hidden channels of the decoder's feed-forward networks. Default: 1024.
        dropout (float): In the decoder, in [0, 1). Default: 0.1.
        query_start (str): 'coarse': queries begin with an encoding of the coarse keypoints; 'learned': with a learned one.
            Default: 'coarse'.
        noise (dict | None): Arguments of ``NoisyReferences``; None trains without. Default: None.
        coarse_loss (dict | None): Config of the coarse prediction's loss; None takes ``PoseurRLELoss``. Default: None.
        loss (dict | None): Config of the loss that all decoder layers share; None takes ``PoseurRLELoss``. Default: None.
        decoder (dict | None): Config of the codec, ``RLELaplaceLabel``.
        init_cfg (dict | None): As in MMPose. Default: None.

    Raises:
        InputError: If an argument is out of its range or, in the forward pass, if the neck does not give the levels.
    """

    def __init__(
        self,
        in_channels,
        out_channels,
        feature_levels=(0, 1, 2, 3),
        num_layers=6,
        num_heads=8,
        num_points=4,
        feedforward_channels=1024,
        dropout=0.1,
        query_start='coarse',
        noise=None,
        coarse_loss=None,
        loss=None,
        decoder=None,
        init_cfg=None,
    ):
        super().__init__(init_cfg)
        if query_start not in QUERY_STARTS:
            raise InputError(f'query_start={query_start!r}: choose from {", ".join(QUERY_STARTS)}')
        if num_layers < 1 or num_points < 1:
            raise InputError(f'num_layers={num_layers}, num_points={num_points}: at least one of each is needed')
        if num_heads < 1 or in_channels % num_heads or in_channels % 4:
            raise InputError(f'in_channels={in_channels}: must be a multiple of num_heads={num_heads} and of 4')
        if not 0 <= dropout < 1:
            raise InputError(f'dropout={dropout}: must lie in [0, 1)')
        channels, keypoints = in_channels, out_channels
        self.out_channels = keypoints
        self.query_start = query_start
        self.noise = None if noise is None else NoisyReferences(keypoints, **noise)
        self.decoder = None if decoder is None else KEYPOINT_CODECS.build(decoder)
        self.coarse_loss_module = MODELS.build(coarse_loss or dict(type='PoseurRLELoss'))
        self.loss_module = MODELS.build(loss or dict(type='PoseurRLELoss'))

        self.coarse_keypoints = nn.Linear(channels, keypoints * 2)
        self.coarse_sigmas = nn.Linear(channels, keypoints * 2)
        self.keypoint_classes = nn.Parameter(torch.randn(keypoints, channels))
        if query_start == 'coarse':
            self.keypoint_encoder = nn.Sequential(nn.Linear(2 * channels, channels), nn.LayerNorm(channels))
        else:
            self.learned_queries = nn.Parameter(torch.randn(keypoints, channels))
        self.levels = FeatureLevels(channels, feature_levels)
        self.layers = nn.ModuleList(
            QueryDecoderLayer(
                channels, num_heads, len(feature_levels), num_points, feedforward_channels, 'after', dropout
            )
            for _ in range(num_layers)
        )

        def branches(activation):
            return nn.ModuleList(perceptron(channels, activation) for _ in range(num_layers))

        self.refine_branches = branches(nn.ReLU)
        self.output_branches = branches(nn.ReLU)
        self.sigma_branches = branches(nn.Identity)  # as published: three linear layers with nothing between

    def forward(self, feats):
        """Predict keypoints.

        Args:
            feats (tuple[Tensor]): The neck's feature maps, (B, C, h, w) each; the last gives the coarse prediction.

        Returns:
            dict[str, Tensor]: ``coarse_keypoints`` and ``coarse_sigmas`` (B, K, 2), ``keypoints`` and ``sigmas``
            (layers, B, K, 2); sigmas in (0, 1). In training with noisy references, keypoints and sigmas are
            (layers, B, G, K, 2), where the first group is the one without noise.
        """
        tokens, position, shapes = self.levels(feats)
        coarse, coarse_sigmas = self.predict_coarse(feats[-1])
        memory = tokens.to(position).add_(position)  # (B, S, C), in place unless under autocast
        references = coarse.detach()[:, None]  # (B, 1, K, 2)
        noisy = self.training and self.noise is not None
        if noisy:
            references = torch.cat([references, self.noise(references)], 1)  # (B, G, K, 2)
        keypoints, sigmas = self.refine(references, memory, shapes)  # (layers, B, G, K, 2)
        if not noisy:
            keypoints, sigmas = keypoints[:, :, 0], sigmas[:, :, 0]
        return dict(coarse_keypoints=coarse, coarse_sigmas=coarse_sigmas, keypoints=keypoints, sigmas=sigmas)

    def predict_coarse(self, feature):
        """(B, C, h, w) to coarse keypoints and sigmas, (B, K, 2) each, with gradients."""
        pooled = feature.mean((2, 3))  # (B, C)
        with torch.autocast(pooled.device.type, enabled=False):  # the norm of C values leaves float16's range
            pooled = pooled.float()
            linear = self.coarse_keypoints
            keypoints = (
                F.linear(pooled, linear.weight) / pooled.norm(dim=-1, keepdim=True).clamp(min=1e-6) + linear.bias
            )
            sigmas = self.coarse_sigmas(pooled).sigmoid()
        return keypoints.unflatten(-1, (-1, 2)), sigmas.unflatten(-1, (-1, 2))

    def refine(self, references, memory, shapes):
        """Decoder layers, each of which reads the memory around the estimate and moves it.

        Args:
            references (Tensor): (B, G, K, 2), where the first layer reads.
            memory (Tensor): (B, S, C), and ``shapes``: as in ``DeformableAttention``.

        Returns:
            tuple[Tensor, Tensor]: Keypoints and sigmas of every layer, (layers, B, G, K, 2) each.
        """
        queries = self.start_queries(references)  # (B, G, K, C)
        keypoints, sigmas = [], []
        for layer, refine, output, sigma in zip(
            self.layers, self.refine_branches, self.output_branches, self.sigma_branches
        ):
            queries = layer(queries, references, memory, shapes, self.keypoint_classes)
            with torch.autocast(queries.device.type, enabled=False):
                hidden = queries.float()
                references = (refine(hidden) + inverse_sigmoid(references.float(), eps=1e-5)).sigmoid()
                keypoints.append(references + output(hidden))
                sigmas.append(sigma(hidden).sigmoid())
        return torch.stack(keypoints), torch.stack(sigmas)

    def start_queries(self, references):
        """(B, G, K, 2) to the queries that the decoder begins with, (B, G, K, C)."""
        if self.query_start == 'learned':
            return self.learned_queries.expand(*references.shape[:3], -1)
        channels = self.keypoint_classes.shape[1]
        encodings = _encode(references, channels), _encode(references.clamp(0, 1), channels)
        return self.keypoint_encoder(torch.cat(encodings, -1))

    def loss(self, feats, batch_data_samples, train_cfg=None):
        """``loss_coarse``; ``d0.loss_kpt`` ... of the decoder layers, as mmdet names them, the last without a number; and
        ``acc_pose``, the share of keypoints within 5 % of the input."""
        predicted = self.forward(feats)
        labels, weights = keypoint_targets(batch_data_samples, self.out_channels)  # (B, K, 2), (B, K)
        coarse = predicted['coarse_keypoints'], predicted['coarse_sigmas']
        losses = dict(loss_coarse=self.coarse_loss_module(*coarse, labels, weights))
        keypoints, sigmas = predicted['keypoints'], predicted['sigmas']
        last = keypoints[-1]
        if keypoints.dim() == 5:  # groups with noise have the same targets
            last = last[:, 0]
            labels_of, weights_of = (
                labels[:, None].expand_as(keypoints[0]),
                weights[:, None].expand(keypoints.shape[1:4]),
            )
        else:
            labels_of, weights_of = labels, weights
        for i, (layer_keypoints, layer_sigmas) in enumerate(zip(keypoints, sigmas)):
            name = 'loss_kpt' if i == len(keypoints) - 1 else f'd{i}.loss_kpt'
            losses[name] = self.loss_module(layer_keypoints, layer_sigmas, labels_of, weights_of)
        losses['acc_pose'] = keypoint_accuracy(last, labels, weights)
        return losses

    def predict(self, feats, batch_data_samples, test_cfg=None):
        """Predict from the last layer, with a flip test if ``test_cfg`` says so.

        The flip test averages coordinates with weights s^5, where s is a keypoint's score in the picture or in its mirror
        image, and averages scores.

        Args:
            feats (tuple[Tensor] | list[tuple[Tensor]]): Feature maps; for a flip test also those of the mirrored input.
            batch_data_samples (list[PoseDataSample]): The batch's.
            test_cfg (dict | None): ``flip_test``, and ``shift_coords`` as in MMPose's heads.

        Returns:
            list[InstanceData]: ``keypoints`` (1, K, 2) in pixels of the input and ``keypoint_scores`` (1, K).
        """
        test_cfg = test_cfg or {}
        if not test_cfg.get('flip_test', False):
            predicted = self.forward(feats)
            return self.decode(torch.cat([predicted['keypoints'][-1], predicted['sigmas'][-1]], -1)[:, None])
        info = batch_data_samples[0].metainfo
        predicted, mirrored = (self.forward(of) for of in feats)
        keypoints, sigmas = predicted['keypoints'][-1], predicted['sigmas'][-1]
        keypoints_flip = flip_coordinates(
            mirrored['keypoints'][-1], info['flip_indices'], test_cfg.get('shift_coords', True), info['input_size']
        )
        sigmas_flip = mirrored['sigmas'][-1][:, info['flip_indices']]
        scores = torch.stack([self._scores(sigmas), self._scores(sigmas_flip)])[..., None]  # (2, B, K, 1)
        keypoints = torch.stack([keypoints, keypoints_flip])  # (2, B, K, 2)
        tiny = torch.finfo(scores.dtype).tiny
        weights = (
            (scores + tiny) / (scores.amax(0) + tiny)
        ) ** 5  # the larger is 1: small scores to the fifth are zero
        keypoints = (keypoints * weights).sum(0) / weights.sum(0)
        return self.decode(torch.cat([keypoints, scores.mean(0)], -1)[:, None])

    def _scores(self, sigmas):
        """(B, K, 2) to (B, K), the codec's score."""
        return torch.from_numpy(self.decoder.scores(to_numpy(sigmas))).to(sigmas)


def _encode(coordinates, channels):
    """Sine encoding of coordinates, (..., 2) to (..., channels): x, then y."""
    flat = coordinates.flatten(0, -2)[None].flip(-1)  # mmdet's begins with the second
    return coordinate_to_encoding(flat, channels // 2).view(*coordinates.shape[:-1], channels)
