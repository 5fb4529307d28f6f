"""Symmetric integral keypoint regression: heatmaps, two-step normalisation, integral (AlphaPose, section 3.2)."""

from collections.abc import Sequence

import torch
from mmengine.structures import PixelData
from mmpose.models import HeatmapHead
from mmpose.models.utils.tta import flip_heatmaps
from mmpose.registry import MODELS
from mmpose.utils.typing import Features, Predictions, SampleList
from torch import Tensor

from ...utils.arguments import one_of, positive
from ...utils.errors import DivergedError, InputError
from ..layers import at_least_float32, full_precision, heatmap_peaks, integral
from .keypoint_groups import KeypointGroups
from .regression import flip_meta, heatmap_targets, heatmap_weights, keypoint_accuracy, keypoint_targets, mirror_back

NORMALIZATIONS = ('sigmoid', 'softmax')
FLIP_MODES = ('heatmap', 'coordinate', 'integral')


@MODELS.register_module()
class SIKRHead(HeatmapHead):
    """Heatmaps of any backbone, whose normalised integrals are the coordinates.

    With a group of keypoints that is learned as heatmaps, the combined loss: their peaks are the coordinates, and the values
    there the scores. ``model(inputs, None, mode='tensor')`` gives what ``forward`` does.

    Args:
        in_channels: Channels of the backbone's last feature map.
        out_channels: Number K of keypoints.
        normalization: 'sigmoid', in two steps: an element-wise sigmoid, whose maximum is the score, then division by its
            sum; or 'softmax', in one, whose score is 1.
        amplitude: Of the symmetric gradient, positive; None takes an eighth of the heatmap's width for x and of its height
            for y.
        symmetric: False takes the plain integral's gradient.
        deconv_out_channels: As in ``HeatmapHead``; None makes no transposed convolutions.
        deconv_kernel_sizes: As in ``HeatmapHead``.
        final_layer: The convolution that gives the heatmaps; None takes a 1x1.
        loss: Config of the loss of coordinates, fractions of the input, with weights; what it gives is divided by the batch
            size. None takes the sum of absolute errors.
        keypoint_groups: As in ``KeypointGroups``: which keypoints are learned as heatmaps, and weights. None learns all as
            integrals, with the same weight.
        heatmap_loss: Config of the loss of heatmaps. None takes half of the mean squared error, times 100.
        decoder: Config of the codec, ``SIKRLabel``; with a sigma if a group is learned as heatmaps.
        init_cfg: How convolutions are initialised; None takes ``HeatmapHead``'s way.

    Raises:
        InputError: If an argument is out of its range or, in the forward pass, if a heatmap cannot be normalised.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        normalization: str = 'sigmoid',
        amplitude: float | None = None,
        symmetric: bool = True,
        deconv_out_channels: Sequence[int] | None = None,
        deconv_kernel_sizes: Sequence[int] | None = None,
        final_layer: dict | None = None,
        loss: dict | None = None,
        keypoint_groups: Sequence[dict] | None = None,
        heatmap_loss: dict | None = None,
        decoder: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        one_of(NORMALIZATIONS, normalization=normalization)
        if amplitude is not None:
            positive(amplitude=amplitude)
        super().__init__(
            in_channels=in_channels,
            out_channels=out_channels,
            deconv_out_channels=deconv_out_channels,
            deconv_kernel_sizes=deconv_kernel_sizes,
            final_layer=final_layer or dict(kernel_size=1),
            loss=loss or dict(type='L1Loss', reduction='sum', use_target_weight=True),
            decoder=decoder,
            init_cfg=init_cfg,
        )
        self.normalization = normalization
        self.amplitude = amplitude
        self.symmetric = symmetric
        groups = [dict(keypoints=range(out_channels))] if keypoint_groups is None else keypoint_groups
        self.groups = KeypointGroups(groups, out_channels)
        self.register_buffer('group_weights', self.groups.weights, persistent=False)  # (K,)
        # with the head on its device: a list would be sent there each time
        for name in ('integral', 'heatmap', 'order'):
            self.register_buffer(f'{name}_index', torch.tensor(getattr(self.groups, name)).long(), persistent=False)
        if self.groups.heatmap:
            if self.decoder is not None and getattr(self.decoder, 'heatmap_codec', None) is None:
                raise InputError(
                    'keypoint_groups: one is learned as heatmaps, so the codec must be a SIKRLabel with a sigma'
                )
            self.heatmap_loss_module = MODELS.build(
                heatmap_loss or dict(type='KeypointMSELoss', use_target_weight=True, loss_weight=0.5 * 100)
            )

    def forward(self, feats: tuple[Tensor, ...]) -> dict[str, Tensor]:
        """Predict keypoints.

        Args:
            feats: Feature maps, the last of which is used.

        Returns:
            ``heatmaps`` (B, K, H, W), logits; ``keypoints`` (B, K, 2), fractions of the input, index sum / heatmap size;
            ``scores`` (B, K), in [0, 1]; of keypoints that are learned as heatmaps, the value at the peak.
        """
        heatmaps = super().forward(feats)  # (B, K, H, W)
        return dict(heatmaps=heatmaps, **self.regress(heatmaps))

    def regress(self, heatmaps: Tensor) -> dict[str, Tensor]:
        """Coordinates and scores of heatmaps (B, K, H, W): ``keypoints`` and ``scores`` of ``forward``."""
        return self._with_peaks(self._integrate(self._integrals_of(heatmaps)), heatmaps)

    def _with_peaks(self, integrals: dict[str, Tensor], heatmaps: Tensor) -> dict[str, Tensor]:
        """Put the peaks of the keypoints that are learned as heatmaps beside the integrals of the others."""
        if not self.groups.heatmap:
            return integrals
        (height, width), found = heatmaps.shape[2:], heatmaps.index_select(1, self.heatmap_index)
        peaks, peak_scores = heatmap_peaks(found.detach())
        peaks = torch.stack([peaks[..., 0] / width, peaks[..., 1] / height], -1)
        both = dict(keypoints=peaks, scores=peak_scores.to(integrals['scores']))
        return {name: torch.cat([integrals[name], both[name]], 1).index_select(1, self.order_index) for name in both}

    def _integrals_of(self, values: Tensor) -> Tensor:
        """Those of the keypoints that are learned as integrals, of (B, K, ...)."""
        return values.index_select(1, self.integral_index) if self.groups.heatmap else values

    def _integrate(self, heatmaps: Tensor) -> dict[str, Tensor]:
        with full_precision(heatmaps):
            logits = at_least_float32(heatmaps)
            if self.normalization == 'sigmoid':
                mass = logits.sigmoid()
                total = mass.sum((2, 3))[..., None]  # (B, K, 1)
                scores = mass.detach().amax((2, 3))
            else:
                mass = logits.flatten(2).softmax(-1).view_as(logits)
                total = mass.detach().sum((2, 3))[..., None]
                scores = torch.ones_like(total[..., 0])
            # the sum over rows, then the division: the same as dividing the map, without another map
            marginals = mass.sum(2) / total, mass.sum(3) / total  # (B, K, W), (B, K, H)
            keypoints = [integral(p, self.amplitude, self.symmetric) / p.shape[-1] for p in marginals]
        return dict(keypoints=torch.stack(keypoints, -1), scores=scores)

    def loss(
        self, feats: tuple[Tensor, ...], batch_data_samples: SampleList, train_cfg: dict | None = None
    ) -> dict[str, Tensor]:
        """``loss_kpt``, of the coordinates; ``loss_heatmap``, of heatmaps; ``acc_pose``: the share of keypoints within 5 % of
        the input."""
        predicted = self.forward(feats)
        labels, weights = keypoint_targets(batch_data_samples, self.out_channels)  # (B, K, 2), (B, K)
        losses = dict(acc_pose=keypoint_accuracy(predicted['keypoints'], labels, weights))
        if self.groups.integral:
            learned = (predicted['keypoints'], labels, weights * self.group_weights)
            losses['loss_kpt'] = self.loss_module(*map(self._integrals_of, learned)) / len(labels)
        if self.groups.heatmap:
            target, weights = heatmap_targets(batch_data_samples), heatmap_weights(batch_data_samples)  # (B, K, H, W)
            learned = (predicted['heatmaps'], target, weights * self.group_weights)
            losses['loss_heatmap'] = self.heatmap_loss_module(
                *(of.index_select(1, self.heatmap_index) for of in learned)
            )
        return losses

    def predict(self, feats: Features, batch_data_samples: SampleList, test_cfg: dict | None = None) -> Predictions:
        """Predict, with a flip test if ``test_cfg`` says so.

        Args:
            feats: Feature maps; for a flip test also those of the mirrored input.
            batch_data_samples: The batch's.
            test_cfg: ``flip_test``; ``flip_mode``: 'heatmap' averages logits; 'coordinate' averages coordinates and scores,
                those of the mirror image mirrored back; 'integral', as published, mirrors its logits back, then averages
                coordinates and scores of their integrals, and logits of keypoints that are learned as heatmaps.
                ``shift_heatmap`` (of logits) and ``shift_coords`` (of coordinates) as in MMPose's heads. With
                ``output_heatmaps``, also the heatmaps, as ``tools/test.py --draw-heatmap`` asks for.

        Returns:
            ``keypoints`` (1, K, 2) in pixels of the input and ``keypoint_scores`` (1, K); if asked for, also ``heatmaps``
            (K, H, W) of each input, logits, in a flip test the mean of both.

        Raises:
            DivergedError: If a heatmap has no integral, or no peak.
        """
        test_cfg = test_cfg or {}
        if test_cfg.get('flip_test', False):
            predicted = self.flip_test(feats, batch_data_samples[0].metainfo, test_cfg)
        else:
            predicted = self.forward(feats)
        if not all(predicted[name].isfinite().all() for name in ('keypoints', 'scores')):
            raise DivergedError(
                'a heatmap holds NaN or sums to zero: it has no integral and no peak, training has diverged'
            )
        instances = self.decode(torch.cat([predicted['keypoints'], predicted['scores'][..., None]], -1)[:, None])
        if test_cfg.get('output_heatmaps', False):
            return instances, [PixelData(heatmaps=heatmaps) for heatmaps in predicted['heatmaps'].detach()]
        return instances

    def flip_test(self, feats: Features, metainfo: dict, test_cfg: dict) -> dict[str, Tensor]:
        """Join the predictions for an input and its mirror image.

        Args:
            feats: Feature maps of both.
            metainfo: ``flip_indices`` and ``input_size`` of a data sample.
            test_cfg: As in ``predict``.

        Returns:
            As ``forward``; ``heatmaps`` are the mean of the input's and, mirrored back, its mirror image's.

        Raises:
            InputError: If there is no such ``flip_mode``.
        """
        mode = test_cfg.get('flip_mode', 'heatmap')
        one_of(FLIP_MODES, **{'test_cfg: flip_mode': mode})
        predicted, mirrored = (self.forward(of) for of in feats)
        shift = test_cfg.get('shift_heatmap', False)
        heatmaps = flip_heatmaps(mirrored['heatmaps'], flip_meta(metainfo, 'flip_indices'), shift_heatmap=shift)
        mean = (predicted['heatmaps'] + heatmaps) / 2
        if mode == 'coordinate':
            keypoints, scores = mirror_back(mirrored['keypoints'], mirrored['scores'], metainfo, test_cfg)
            return dict(heatmaps=mean, **_mean(predicted, dict(keypoints=keypoints, scores=scores)))
        if mode == 'heatmap':
            return dict(heatmaps=mean, **self.regress(mean))
        both = (self._integrate(self._integrals_of(of)) for of in (predicted['heatmaps'], heatmaps))
        return dict(heatmaps=mean, **self._with_peaks(_mean(*both), mean))


def _mean(first: dict[str, Tensor], second: dict[str, Tensor]) -> dict[str, Tensor]:
    """Means of two predictions' ``keypoints`` and ``scores``."""
    return {name: (first[name] + second[name]) / 2 for name in ('keypoints', 'scores')}
