"""Symmetric integral keypoint regression: heatmaps, two-step normalisation, integral (AlphaPose, section 3.2)."""

import torch
from mmpose.models import HeatmapHead
from mmpose.models.utils.tta import flip_coordinates, flip_heatmaps
from mmpose.registry import MODELS

from ...utils.errors import InputError
from ..layers import heatmap_peaks, integral
from .keypoint_groups import KeypointGroups
from .regression_targets import heatmap_targets, keypoint_accuracy, keypoint_targets

NORMALIZATIONS = ('sigmoid', 'softmax')


@MODELS.register_module()
class SIKRHead(HeatmapHead):
    """Heatmaps of any backbone, whose normalised integrals are the coordinates.

    With a group of keypoints that is learned as heatmaps, the combined loss: their peaks are the coordinates, and the values
    there the scores. ``model(inputs, None, mode='tensor')`` gives what ``forward`` does.

    Args:
        in_channels (int): Channels of the backbone's last feature map.
        out_channels (int): Number K of keypoints.
        normalization (str): 'sigmoid', in two steps: an element-wise sigmoid, whose maximum is the score, then division by
            its sum; or 'softmax', in one, whose score is 1. Default: 'sigmoid'.
        amplitude (float | None): Of the symmetric gradient; None takes an eighth of the heatmap's width for x and of its
            height for y. Default: None.
        symmetric (bool): False takes the plain integral's gradient. Default: True.
        deconv_out_channels (sequence[int] | None): As in ``HeatmapHead``. Default: None.
        deconv_kernel_sizes (sequence[int] | None): As in ``HeatmapHead``. Default: None.
        final_layer (dict): The convolution that gives the heatmaps. Default: 1x1.
        loss (dict | None): Config of the loss of coordinates, fractions of the input, with weights; what it gives is divided
            by the batch size. None takes the sum of absolute errors. Default: None.
        keypoint_groups (list[dict] | None): As in ``KeypointGroups``: which keypoints are learned as heatmaps, and weights.
            None learns all as integrals, with the same weight. Default: None.
        heatmap_loss (dict | None): Config of the loss of heatmaps. None takes half of the mean squared error, times 100.
            Default: None.
        decoder (dict | None): Config of the codec, ``SIKRLabel``; with a sigma if a group is learned as heatmaps.
        init_cfg (dict | None): How convolutions are initialised; None takes ``HeatmapHead``'s way. Default: None.

    Raises:
        InputError: If an argument is out of its range or, in the forward pass, if a heatmap cannot be normalised.
    """

    def __init__(
        self,
        in_channels,
        out_channels,
        normalization='sigmoid',
        amplitude=None,
        symmetric=True,
        deconv_out_channels=None,
        deconv_kernel_sizes=None,
        final_layer=None,
        loss=None,
        keypoint_groups=None,
        heatmap_loss=None,
        decoder=None,
        init_cfg=None,
    ):
        if normalization not in NORMALIZATIONS:
            raise InputError(f'normalization={normalization!r}: choose from {", ".join(NORMALIZATIONS)}')
        if amplitude is not None and not amplitude > 0:
            raise InputError(f'amplitude={amplitude}: must be positive, or None for an eighth of the heatmap size')
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
        if self.groups.heatmap:
            if self.decoder is not None and getattr(self.decoder, 'heatmap_codec', None) is None:
                raise InputError(
                    'keypoint_groups: one is learned as heatmaps, so the codec must be a SIKRLabel with a sigma'
                )
            self.heatmap_loss_module = MODELS.build(
                heatmap_loss or dict(type='KeypointMSELoss', use_target_weight=True, loss_weight=0.5 * 100)
            )

    def forward(self, feats):
        """Predict keypoints.

        Args:
            feats (tuple[Tensor]): Feature maps, the last of which is used.

        Returns:
            dict[str, Tensor]: ``heatmaps`` (B, K, H, W), logits; ``keypoints`` (B, K, 2), fractions of the input, index sum /
            heatmap size; ``scores`` (B, K), in [0, 1]; of keypoints that are learned as heatmaps, the value at the peak.
        """
        heatmaps = super().forward(feats)  # (B, K, H, W)
        return dict(heatmaps=heatmaps, **self.regress(heatmaps))

    def regress(self, heatmaps):
        """Coordinates and scores of heatmaps (B, K, H, W): ``keypoints`` and ``scores`` of ``forward``."""
        if not self.groups.heatmap:
            return self._integrate(heatmaps)
        integrals = self._integrate(heatmaps[:, self.groups.integral])
        peaks, peak_scores = heatmap_peaks(heatmaps[:, self.groups.heatmap].detach())
        if peak_scores.isnan().any():
            raise InputError('a heatmap holds NaN: it has no peak, training has diverged')
        peaks = peaks / peaks.new_tensor(heatmaps.shape[:1:-1])  # fractions: divided by W and H
        return dict(
            keypoints=torch.cat([integrals['keypoints'], peaks], 1)[:, self.groups.order],
            scores=torch.cat([integrals['scores'], peak_scores.to(integrals['scores'])], 1)[:, self.groups.order],
        )

    def _integrate(self, heatmaps):
        with torch.autocast(heatmaps.device.type, enabled=False):
            logits = heatmaps if heatmaps.dtype == torch.double else heatmaps.float()
            if self.normalization == 'sigmoid':
                positive = logits.sigmoid()
                total = positive.sum((2, 3))[..., None]  # (B, K, 1)
                scores = positive.detach().amax((2, 3))
            else:
                positive = logits.flatten(2).softmax(-1).view_as(logits)
                total = positive.detach().sum((2, 3))[..., None]
                scores = torch.ones_like(total[..., 0])
            if not (total > 0).all():
                raise InputError('a heatmap holds NaN or sums to zero: it has no integral, training has diverged')
            # the sum over rows, then the division: the same as dividing the map, without another map
            marginals = positive.sum(2) / total, positive.sum(3) / total  # (B, K, W), (B, K, H)
            keypoints = [integral(p, self.amplitude, self.symmetric) / p.shape[-1] for p in marginals]
        return dict(keypoints=torch.stack(keypoints, -1), scores=scores)

    def loss(self, feats, batch_data_samples, train_cfg=None):
        """``loss_kpt``, of the coordinates; ``loss_heatmap``, of heatmaps; ``acc_pose``: the share of keypoints within 5 % of
        the input."""
        predicted = self.forward(feats)
        labels, weights = keypoint_targets(batch_data_samples, self.out_channels)  # (B, K, 2), (B, K)
        losses = dict(acc_pose=keypoint_accuracy(predicted['keypoints'], labels, weights))
        weights = weights * self.group_weights
        chosen = self.groups.integral
        if chosen:
            keypoints = predicted['keypoints'][:, chosen]
            losses['loss_kpt'] = self.loss_module(keypoints, labels[:, chosen], weights[:, chosen]) / len(labels)
        chosen = self.groups.heatmap
        if chosen:
            target = heatmap_targets(batch_data_samples)  # (B, K, H, W)
            heatmaps = predicted['heatmaps'][:, chosen]
            losses['loss_heatmap'] = self.heatmap_loss_module(heatmaps, target[:, chosen], weights[:, chosen])
        return losses

    def predict(self, feats, batch_data_samples, test_cfg=None):
        """Predict, with a flip test if ``test_cfg`` says so.

        Args:
            feats (tuple[Tensor] | list[tuple[Tensor]]): Feature maps; for a flip test also those of the mirrored input.
            batch_data_samples (list[PoseDataSample]): The batch's.
            test_cfg (dict | None): ``flip_test``; ``flip_mode``: 'heatmap' averages logits, 'coordinate' coordinates and
                scores; ``shift_heatmap`` and ``shift_coords`` as in MMPose's heads.

        Returns:
            list[InstanceData]: ``keypoints`` (1, K, 2) in pixels of the input and ``keypoint_scores`` (1, K).
        """
        test_cfg = test_cfg or {}
        if test_cfg.get('flip_test', False):
            predicted = self._flip_test(*feats, batch_data_samples[0].metainfo, test_cfg)
        else:
            predicted = self.forward(feats)
        return self.decode(torch.cat([predicted['keypoints'], predicted['scores'][..., None]], -1)[:, None])

    def _flip_test(self, feats, feats_flip, info, test_cfg):
        predicted, mirrored = self.forward(feats), self.forward(feats_flip)
        mode, indices = test_cfg.get('flip_mode', 'heatmap'), info['flip_indices']
        if mode == 'heatmap':
            heatmaps = flip_heatmaps(
                mirrored['heatmaps'], flip_indices=indices, shift_heatmap=test_cfg.get('shift_heatmap', False)
            )
            return self.regress((predicted['heatmaps'] + heatmaps) / 2)
        if mode != 'coordinate':
            raise InputError(f"test_cfg: flip_mode={mode!r}: choose from 'heatmap', 'coordinate'")
        keypoints = flip_coordinates(
            mirrored['keypoints'],
            flip_indices=indices,
            shift_coords=test_cfg.get('shift_coords', True),
            input_size=info['input_size'],
        )
        return dict(
            keypoints=(predicted['keypoints'] + keypoints) / 2,
            scores=(predicted['scores'] + mirrored['scores'][:, indices]) / 2,
        )
