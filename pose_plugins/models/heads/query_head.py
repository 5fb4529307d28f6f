"""The frame of heads whose queries refine an estimate layer by layer: the same in ``PoseurHead`` and ``TFPoseHead``."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from mmpose.models.heads.base_head import BaseHead
from mmpose.registry import KEYPOINT_CODECS
from mmpose.utils.tensor_utils import to_numpy
from mmpose.utils.typing import Features, InstanceList, SampleList
from torch import Tensor, nn

from ...utils.arguments import at_least, dropout_share, multiple_of
from ...utils.errors import InputError
from ..layers import FeatureLevels, QueryDecoderLayer
from .regression import mirror_back


class QueryHead(BaseHead):
    """Base of heads whose queries read the features around an estimate, and refine it, in each layer of a decoder.

    A subclass makes its parts with ``make_levels``, ``make_layers`` and ``make_branches``, and has a ``loss_module``. Its
    ``forward`` predicts ``keypoints`` (layers, B, K, 2) among others, ``scored`` says how sure of them it is, and
    ``average`` how a flip test joins its two passes.

    Args:
        in_channels: Channels C of every feature map that the neck gives, a multiple of 4.
        out_channels: Number K of keypoints.
        feature_levels: Which of the neck's feature maps are read, by index.
        num_layers: Decoder layers, at least 1.
        num_heads: Heads of all attentions, a divisor of C.
        num_points: Places that a head reads in each level.
        feedforward_channels: Hidden channels of the feed-forward networks.
        dropout: In all layers of the transformer, in [0, 1).
        sampling: By whose code deformable attention samples: 'pytorch', this package's; 'mmcv', mmcv's CUDA kernel; 'auto',
            the faster on a GPU, by a trial of both when training begins.
        decoder: Config of the codec, which gives scores.
        init_cfg: As in MMPose.

    Raises:
        InputError: If an argument is out of its range or, in the forward pass, if the neck does not give the levels.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        feature_levels: Sequence[int] = (0, 1, 2, 3),
        num_layers: int = 6,
        num_heads: int = 8,
        num_points: int = 4,
        feedforward_channels: int = 1024,
        dropout: float = 0.1,
        sampling: str = 'auto',
        decoder: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        at_least(1, num_layers=num_layers, num_heads=num_heads, num_points=num_points)
        multiple_of(num_heads, f'num_heads={num_heads}', in_channels=in_channels)
        multiple_of(4, 'its positions are sines and cosines of x and y', in_channels=in_channels)
        dropout_share(dropout=dropout)
        self.in_channels, self.out_channels = in_channels, out_channels
        self.feature_levels, self.num_layers = feature_levels, num_layers
        self.layer_settings: dict[str, Any] = dict(
            embed_dims=in_channels,
            num_heads=num_heads,
            num_levels=len(feature_levels),
            num_points=num_points,
            feedforward_channels=feedforward_channels,
            dropout=dropout,
            sampling=sampling,
        )
        self.decoder: Any = None if decoder is None else KEYPOINT_CODECS.build(decoder)
        if decoder is not None and not hasattr(self.decoder, 'scores'):
            raise InputError(
                f'decoder={decoder}: gives no scores; Poseur takes RLELaplaceLabel, TFPose SigmoidRefinementLabel'
            )

    def make_levels(self) -> FeatureLevels:
        """The layer that lays out the neck's feature maps as tokens with positions."""
        return FeatureLevels(self.in_channels, self.feature_levels)

    def make_layers(self, project: str) -> nn.ModuleList:
        """The decoder's layers; ``project`` as in ``DeformableAttention``."""
        return nn.ModuleList(QueryDecoderLayer(**self.layer_settings, project=project) for _ in range(self.num_layers))

    def make_branches(self, activation: type[nn.Module] = nn.ReLU) -> nn.ModuleList:
        """For each layer three linear layers, (..., C) to (..., 2), with an activation between."""
        channels = self.in_channels
        return nn.ModuleList(
            nn.Sequential(
                nn.Linear(channels, channels),
                activation(),
                nn.Linear(channels, channels),
                activation(),
                nn.Linear(channels, 2),
            )
            for _ in range(self.num_layers)
        )

    def layer_losses(self, layers: Iterable[tuple[Tensor, ...]], labels: Tensor, weights: Tensor) -> dict[str, Tensor]:
        """Losses of the decoder's layers, all of which have the same targets.

        Args:
            layers: Predictions of each layer, the first arguments of ``loss_module``.
            labels: Its next, (..., K, 2), fractions of the input.
            weights: Its last, (..., K).

        Returns:
            ``d0.loss_kpt``, ``d1.loss_kpt``, ..., as mmdet names them, and ``loss_kpt`` of the last layer.
        """
        *others, last = (self.loss_module(*predicted, labels, weights) for predicted in layers)
        return {**{f'd{i}.loss_kpt': loss for i, loss in enumerate(others)}, 'loss_kpt': last}

    @abstractmethod
    def scored(self, predicted: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """The last layer's keypoints (B, K, 2) and their scores (B, K), of what ``forward`` predicted."""

    def average(self, keypoints: Tensor, scores: Tensor) -> tuple[Tensor, Tensor]:
        """Join the predictions for picture and mirror image, (2, B, K, 2) and (2, B, K): their means."""
        return keypoints.mean(0), scores.mean(0)

    def codec_scores(self, predicted: Tensor) -> Tensor:
        """The codec's scores of predictions, (..., 2): a tensor of the shape that its ``scores`` gives.

        Raises:
            InputError: If the head has no codec.
        """
        if self.decoder is None:
            raise InputError('decoder: without a codec the head can learn, but not predict')
        return torch.from_numpy(self.decoder.scores(to_numpy(predicted))).to(predicted)

    def predict(self, feats: Features, batch_data_samples: SampleList, test_cfg: dict | None = None) -> InstanceList:
        """Predict from the last layer, with a flip test if ``test_cfg`` says so.

        Args:
            feats: Feature maps, (B, C, h, w) each; for a flip test also those of the mirrored input.
            batch_data_samples: The batch's.
            test_cfg: ``flip_test``, and ``shift_coords`` as in MMPose's heads.

        Returns:
            ``keypoints`` (1, K, 2) in pixels of the input and ``keypoint_scores`` (1, K).
        """
        test_cfg = test_cfg or {}
        if test_cfg.get('flip_test', False):
            predicted, mirrored = (self.scored(self.forward(of)) for of in feats)
            mirrored = mirror_back(*mirrored, batch_data_samples[0].metainfo, test_cfg)
            keypoints, scores = (torch.stack(both) for both in zip(predicted, mirrored))  # (2, B, K, 2), (2, B, K)
            keypoints, scores = self.average(keypoints, scores)
        else:
            keypoints, scores = self.scored(self.forward(feats))
        return self.decode(torch.cat([keypoints, scores[..., None]], -1)[:, None])  # (B, 1, K, 3)
