"""HRNet-S, the backbone of TransPose-H (TransPose, section 3.1)."""

from typing import Any

from mmpose.models import HRNet
from mmpose.registry import MODELS
from torch import nn


@MODELS.register_module()
class HRNetS(HRNet):
    """HRNet up to and with stage 3, of which only the highest resolution leaves: stride 4.

    Takes the arguments of MMPose's HRNet; ``extra['stage4']`` is not used, so that weights and configs of HRNet fit.
    Its forward pass gives one feature map, (B, width, H / 4, W / 4).
    """

    def __init__(self, extra: dict[str, dict], **kwargs: Any) -> None:
        stage3 = extra['stage3']
        nothing = dict(stage3, num_modules=0, num_branches=1, num_blocks=(), num_channels=stage3['num_channels'][:1])
        super().__init__({**extra, 'stage4': nothing}, **kwargs)

    def _make_stage(
        self, layer_config: dict, in_channels: list[int], multiscale_output: bool = True
    ) -> tuple[nn.Module, list[int]]:
        """The last exchange unit of stage 3 feeds the highest resolution alone."""
        last = layer_config is self.extra['stage3']
        return super()._make_stage(layer_config, in_channels, multiscale_output and not last)
