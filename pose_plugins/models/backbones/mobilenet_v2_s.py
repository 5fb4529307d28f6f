"""MobileNetV2-S: as much of MobileNetV2 as is read (Sandler et al. 2018, table 2)."""

from typing import Any

from mmpose.models import MobileNetV2
from mmpose.registry import MODELS


@MODELS.register_module()
class MobileNetV2S(MobileNetV2):
    """MobileNetV2 up to and with the last stage of ``out_indices``; MMPose's computes and keeps those behind it, too.

    Takes the arguments of MMPose's MobileNetV2, whose weights fit. The stages 0 to 6 have strides 2, 4, 8, 16, 16, 32 and 32
    and 16, 24, 32, 64, 96, 160 and 320 channels; 7 is a convolution to 1280 channels.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        read = 1 + max(self.out_indices)
        self.frozen_stages = min(kwargs.get('frozen_stages', -1), read)
        for name in self.layers[read:]:
            delattr(self, name)
        del self.layers[read:]
