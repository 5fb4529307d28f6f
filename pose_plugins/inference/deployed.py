"""A model as one function of crops, which a graph can be made of: normalising, network, flip test and decoding."""

from typing import Any

import torch
from mmpose.models import HeatmapHead, PoseDataPreprocessor, TopdownPoseEstimator
from mmpose.models.utils.tta import flip_heatmaps
from torch import Tensor, nn

from ..models.heads import PoseurHead, SIKRHead, TFPoseHead, TransPoseHead
from ..models.heads.regression import mirror_back
from ..utils.errors import InputError
from .graph_decoding import check_heatmap_codec, decode_heatmaps, laplace_scores, refinement_scores

# of which forward and decoding are known, and nothing that a subclass may change
HEADS = (HeatmapHead, TransPoseHead, SIKRHead, PoseurHead, TFPoseHead)


class Deployed(nn.Module):
    """Keypoints and scores of crops, as ``head.predict`` gives them, in PyTorch alone.

    Args:
        model: With its weights; it is set to evaluation.
        flip: Whether it is also shown the mirrored crops, as the config's ``test_cfg`` says how.

    Raises:
        InputError: If the head, its codec, the way of its flip test or what is before the network is not known here.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, model: TopdownPoseEstimator, flip: bool = False) -> None:
        super().__init__()
        head = model.head
        if type(head) not in HEADS:
            known = ', '.join(kind.__name__ for kind in HEADS)
            raise InputError(f'head: {type(head).__name__} cannot be exported: export knows {known}')
        if head.decoder is None:
            raise InputError('decoder: without a codec the head cannot predict')
        self.of_heatmaps = type(head) in (HeatmapHead, TransPoseHead)
        if self.of_heatmaps:
            check_heatmap_codec(head.decoder)
        self.test_cfg = {**(model.test_cfg or {}), 'flip_test': flip}
        mode = self.test_cfg.get('flip_mode', 'heatmap')
        if flip and self.of_heatmaps and mode != 'heatmap':
            raise InputError(f"test_cfg: flip_mode={mode!r}: export knows 'heatmap' for heads of heatmaps")
        self.metainfo = dict(input_size=head.decoder.input_size, flip_indices=model.dataset_meta['flip_indices'])
        self.model = model.eval()
        scaling = model.data_preprocessor
        if type(scaling) is not PoseDataPreprocessor or scaling.pad_size_divisor != 1:
            raise InputError('data_preprocessor: export knows PoseDataPreprocessor without padding')
        shape = (1, 3, 1, 1)
        normalize = scaling._enable_normalize
        self.register_buffer('mean', scaling.mean.detach().clone().view(shape) if normalize else torch.zeros(shape))
        self.register_buffer('std', scaling.std.detach().clone().view(shape) if normalize else torch.ones(shape))
        # MMPose's pictures are read as BGR, and swapped if the network wants RGB
        self.wants_bgr = not scaling._channel_conversion

    @property
    def input_size(self) -> tuple[int, int]:
        """Width and height of a crop in pixels."""
        width, height = self.metainfo['input_size']
        return int(width), int(height)

    def features(self, crops: Tensor) -> Any:
        """Feature maps of crops (B, 3, H, W), as the head takes them: in a flip test also those of the mirror image."""
        inputs = ((crops.flip(1) if self.wants_bgr else crops) - self.mean) / self.std
        features = self.model.extract_feat(inputs)
        return [features, self.model.extract_feat(inputs.flip(-1))] if self.test_cfg['flip_test'] else features

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor]:
        """Predict.

        Args:
            crops: (B, 3, H, W), RGB, 0 to 255, of ``input_size``.

        Returns:
            Keypoints (B, K, 2), x and y in pixels of the crop; scores (B, K).
        """
        head, features = self.model.head, self.features(crops)
        if self.of_heatmaps:
            return decode_heatmaps(self._heatmaps(features), head.decoder)
        if isinstance(head, SIKRHead):
            flip = self.test_cfg['flip_test']
            predicted = head.flip_test(features, self.metainfo, self.test_cfg) if flip else head(features)
            keypoints, scores = predicted['keypoints'], predicted['scores']
        elif self.test_cfg['flip_test']:
            first, mirrored = (self._scored(head(of)) for of in features)
            mirrored = mirror_back(*mirrored, self.metainfo, self.test_cfg)
            keypoints, scores = head.average(*(torch.stack(both) for both in zip(first, mirrored)))
        else:
            keypoints, scores = self._scored(head(features))
        return keypoints * keypoints.new_tensor(self.input_size), scores

    def _heatmaps(self, features: Any) -> Tensor:
        """The network's, in a flip test the mean of both: (B, K, h, w)."""
        if not self.test_cfg['flip_test']:
            return self.model.head(features)
        first, mirrored = (self.model.head(of) for of in features)
        shift = self.test_cfg.get('shift_heatmap', False)
        return (first + flip_heatmaps(mirrored, self.metainfo['flip_indices'], shift_heatmap=shift)) * 0.5

    def _scored(self, predicted: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """The last layer's keypoints (B, K, 2), fractions of the crop, and the codec's scores (B, K)."""
        keypoints, codec = predicted['keypoints'], self.model.head.decoder
        if isinstance(self.model.head, PoseurHead):
            return keypoints[-1], laplace_scores(predicted['sigmas'][-1], codec)
        estimates = torch.cat([predicted['initial_keypoints'].expand_as(keypoints[:1]), keypoints])
        return keypoints[-1], refinement_scores(estimates, codec)
