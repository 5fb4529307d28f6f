"""FastPose, the network of AlphaPose: a ResNet with squeeze-and-excitation, upsampled by pixel shuffles (AlphaPose, 3.2)."""

from collections.abc import Sequence
from typing import Any

from mmcv.cnn import build_conv_layer
from mmcv.ops import DeformConv2dPack  # noqa: F401  registers 'DCN'
from mmengine.model.weight_init import constant_init
from mmpose.models.backbones.resnet import BasicBlock, ResNet
from mmpose.models.backbones.seresnet import SEBottleneck
from mmpose.models.backbones.utils import SELayer
from mmpose.registry import MODELS
from torch import Tensor, nn


class SEBasicBlock(BasicBlock):
    """A basic residual unit with squeeze-and-excitation before its sum; MMPose has the bottleneck alone."""

    def __init__(self, in_channels: int, out_channels: int, se_ratio: int = 16, **kwargs: Any) -> None:
        super().__init__(in_channels, out_channels, **kwargs)
        self.se_layer = SELayer(out_channels, ratio=se_ratio)

    def forward(self, x: Tensor) -> Tensor:
        """(B, in_channels, h, w) to (B, out_channels, h / stride, w / stride)."""
        out = self.relu(self.norm1(self.conv1(x)))
        out = self.se_layer(self.norm2(self.conv2(out)))
        return self.relu(out + (x if self.downsample is None else self.downsample(x)))


class PixelShuffleUpsample(nn.Module):
    """3x3 convolution, BatchNorm, ReLU, pixel shuffle: twice the resolution, a quarter of ``channels``.

    Args:
        in_channels: Of the input.
        channels: Of the convolution, a multiple of 4.
    """

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, channels, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.shuffle = nn.PixelShuffle(2)

    def forward(self, x: Tensor) -> Tensor:
        """(B, in_channels, h, w) to (B, channels / 4, 2h, 2w)."""
        return self.shuffle(self.relu(self.bn(self.conv(x))))


def _deformable(conv: nn.Conv2d, dcn: dict) -> nn.Module:
    """A deformable convolution of the same shape."""
    return build_conv_layer(
        dcn,
        conv.in_channels,
        conv.out_channels,
        conv.kernel_size,
        stride=conv.stride,
        padding=conv.padding,
        dilation=conv.dilation,
        bias=False,
    )


@MODELS.register_module()
class FastPose(ResNet):
    """SE-ResNet with output stride 32, then three pixel shuffles: stride 4.

    The first unit of each stage has squeeze-and-excitation with reduction 1.

    Args:
        depth: 18, 34, 50, 101 or 152.
        conv_dim: Channels of the features, 128 or 256.
        dcn: As in mmdet's ResNet: config of a deformable convolution, which replaces the last 3x3 convolution of each unit;
            ``dict(type='DCN', deform_groups=1)`` is the published one.
        stage_with_dcn: As in mmdet's ResNet: which stages have it.
        squeeze_excitation: Whether there is any.
        **kwargs: Those of MMPose's ResNet.
    """

    def __init__(
        self,
        depth: int,
        conv_dim: int = 128,
        dcn: dict | None = None,
        stage_with_dcn: Sequence[bool] = (False, True, True, True),
        squeeze_excitation: bool = True,
        **kwargs: Any,
    ) -> None:
        self.squeeze_excitation = squeeze_excitation  # which the stages need to know as they are made
        super().__init__(depth, **kwargs)
        if dcn is not None:
            for name, with_dcn in zip(self.res_layers, stage_with_dcn):
                for unit in getattr(self, name) if with_dcn else ():
                    unit.conv2 = _deformable(unit.conv2, dcn)
        self.make_upsampling(self.feat_dim // 4, conv_dim)

    def make_upsampling(self, channels: int, conv_dim: int) -> None:
        """Make the layers of ``upsample``: from ``channels`` after the first pixel shuffle (512 with bottlenecks)."""
        self.shuffle = nn.PixelShuffle(2)
        self.duc1: nn.Module = PixelShuffleUpsample(channels, 2 * channels)
        self.duc2: nn.Module = PixelShuffleUpsample(channels // 2, 4 * conv_dim)

    def make_res_layer(self, **kwargs: Any) -> nn.Module:
        """A stage of the ResNet, its first unit with squeeze-and-excitation."""
        layer = super().make_res_layer(**kwargs)
        if not self.squeeze_excitation:
            return layer
        unit = SEBasicBlock if kwargs['block'] is BasicBlock else SEBottleneck
        (layer[0],) = super().make_res_layer(**{**kwargs, 'block': unit, 'num_blocks': 1, 'se_ratio': 1})
        return layer

    def init_weights(self) -> None:
        """As ResNet does it; where nothing is loaded, deformable convolutions begin without an offset."""
        super().init_weights()
        if isinstance(self.init_cfg, dict) and self.init_cfg['type'] == 'Pretrained':
            return
        for name, module in self.named_modules():
            if name.endswith('.conv_offset'):
                constant_init(module, 0)

    def forward(self, x: Tensor) -> tuple[Tensor]:
        """(B, 3, H, W) to one feature map, (B, conv_dim, H / 4, W / 4)."""
        return (self.upsample(super().forward(x)[-1]),)

    def upsample(self, x: Tensor) -> Tensor:
        """(B, feat_dim, H / 32, W / 32) to (B, conv_dim, H / 4, W / 4)."""
        x = self.duc1(self.shuffle(x))  # (B, feat_dim / 8, H / 8, W / 8)
        return self.duc2(x)


@MODELS.register_module()
class FastPoseDUC(FastPose):
    """FastPose with dense upsampling convolutions: three times a pixel shuffle, then 3x3 convolutions.

    The three stages have four, two and one convolutions, each with BatchNorm and ReLU; the last of a stage changes the
    channels to a half, a quarter and ``conv_dim`` of those of the ResNet. Arguments are ``FastPose``'s; the published
    networks have ``conv_dim=256``.
    """

    def make_upsampling(self, channels: int, conv_dim: int) -> None:
        """Make the layers of ``upsample``: from ``channels`` after the first pixel shuffle (512 with bottlenecks)."""
        self.duc1 = _dense_upsampling(channels, 2 * channels, num_convs=4)
        self.duc2 = _dense_upsampling(channels // 2, channels, num_convs=2)
        self.duc3 = _dense_upsampling(channels // 4, conv_dim, num_convs=1)

    def upsample(self, x: Tensor) -> Tensor:
        """(B, feat_dim, H / 32, W / 32) to (B, conv_dim, H / 4, W / 4)."""
        x = self.duc1(x)  # (B, feat_dim / 2, H / 16, W / 16)
        x = self.duc2(x)  # (B, feat_dim / 4, H / 8, W / 8)
        return self.duc3(x)


def _dense_upsampling(in_channels: int, out_channels: int, num_convs: int) -> nn.Sequential:
    """Pixel shuffle to ``in_channels``, then 3x3 convolutions, the last of which gives ``out_channels``."""
    layers: list[nn.Module] = [nn.PixelShuffle(2)]
    for channels in (*[in_channels] * (num_convs - 1), out_channels):
        conv = nn.Conv2d(in_channels, channels, 3, padding=1, bias=False)
        layers += [conv, nn.BatchNorm2d(channels), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)
