"""The head of TransPose: a transformer encoder over the pixels of a feature map, then heatmaps (TransPose, figure 2)."""

from mmpose.models import HeatmapHead
from mmpose.registry import MODELS
from torch import Tensor, nn

from ...utils.arguments import at_least, dropout_share, multiple_of, one_of
from ...utils.errors import InputError
from ..layers import Encoder, LearnablePosition, at_least_float32, sine_position

POSITION_ENCODINGS = ('sine', 'learnable', 'none')
UPSAMPLES = ('deconv', 'bilinear', 'none')


@MODELS.register_module()
class TransPoseHead(HeatmapHead):
    """TransPose, section 3: ``reduce`` -> encoder with a position in every layer -> upsampling -> 1x1 convolution.

    Loss, decoding and flip test are MMPose's ``HeatmapHead``'s. Each layer's attention can be recorded with
    ``record_attention``: token ``y * feature_width + x`` is the feature map's pixel (x, y).

    Args:
        in_channels: Channels of the backbone's last feature map.
        out_channels: Number K of keypoints.
        embed_dims: Channels d of a token, a multiple of ``num_heads``, and of 4 with sine encoding.
        num_layers: Encoder layers N, at least 1.
        num_heads: Heads of each layer's attention.
        feedforward_channels: Hidden channels of each layer's feed-forward network.
        position_encoding: 'sine' (fixed; weights run at any feature size), 'learnable' or 'none'.
        feature_size: Width and height of the backbone's feature map: the input size divided by its stride. The default is
            for an input of (192, 256) and a stride of 8.
        upsample: 'deconv' (transposed convolution 4x4, BatchNorm, ReLU) or 'bilinear', both of which double the resolution,
            for a stride of 8; 'none' for a stride of 4.
        interpolate_position: Whether a learnable encoding of another feature size may be loaded, to be interpolated.
        dropout: In the encoder, in [0, 1).
        loss: Config of the heatmap loss; None takes ``KeypointMSELoss`` with target weights.
        decoder: Config of the codec.
        init_cfg: How convolutions are initialised; None takes ``HeatmapHead``'s way.

    Raises:
        InputError: If an argument is out of its range, or, in the forward pass, if features are not of ``feature_size``.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        embed_dims: int = 256,
        num_layers: int = 4,
        num_heads: int = 8,
        feedforward_channels: int = 1024,
        position_encoding: str = 'sine',
        feature_size: tuple[int, int] = (24, 32),
        upsample: str = 'deconv',
        interpolate_position: bool = False,
        dropout: float = 0.1,
        loss: dict | None = None,
        decoder: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        one_of(POSITION_ENCODINGS, position_encoding=position_encoding)
        one_of(UPSAMPLES, upsample=upsample)
        dropout_share(dropout=dropout)
        at_least(1, num_layers=num_layers, num_heads=num_heads)
        multiple_of(num_heads, f'num_heads={num_heads}', embed_dims=embed_dims)
        if position_encoding == 'sine':
            multiple_of(4, 'a sine and a cosine of x and of y', embed_dims=embed_dims)
        if len(feature_size) != 2 or min(feature_size) < 1:
            raise InputError(f'feature_size={feature_size}: must be the width and the height of the feature map')
        super().__init__(
            in_channels=embed_dims,
            out_channels=out_channels,
            deconv_out_channels=(embed_dims,) if upsample == 'deconv' else None,
            deconv_kernel_sizes=(4,) if upsample == 'deconv' else None,
            loss=loss or dict(type='KeypointMSELoss', use_target_weight=True),
            decoder=decoder,
            init_cfg=init_cfg,
        )
        self.feature_size = tuple(feature_size)
        self.reduce = nn.Conv2d(in_channels, embed_dims, 1, bias=False)
        if position_encoding == 'sine':  # not of the checkpoint: it depends on the feature size alone
            self.register_buffer('sine', sine_position(feature_size, embed_dims), persistent=False)
        elif position_encoding == 'learnable':
            self.learnable = LearnablePosition(feature_size, embed_dims, interpolate_position)
        self.position_encoding = position_encoding
        self.encoder = Encoder(num_layers, embed_dims, num_heads, feedforward_channels, dropout)
        self.upsample = (
            nn.Upsample(scale_factor=2, mode='bilinear', align_corners=False)
            if upsample == 'bilinear'
            else nn.Identity()
        )

    def forward(self, feats: tuple[Tensor, ...]) -> Tensor:
        """Predict heatmaps.

        Args:
            feats: Feature maps, the last of which is used: (B, in_channels, h, w) with ``feature_size == (w, h)``.

        Returns:
            Heatmaps (B, K, H / 4, W / 4) for an input of (H, W), in float32 at least: MMPose's loss and decoding cannot take
            bfloat16.
        """
        width, height = self.feature_size
        features = self.reduce(feats[-1])  # (B, d, h, w)
        if features.shape[2:] != (height, width):
            raise InputError(
                f'feature_size={self.feature_size} of the head does not fit the input: the backbone gave features of '
                f'(width, height) = {tuple(features.shape[:1:-1])}, which is what feature_size must be'
            )
        tokens = features.flatten(2).transpose(1, 2)  # (B, h * w, d)
        tokens = self.encoder(tokens, self.position())
        features = tokens.transpose(1, 2).unflatten(2, (height, width))  # (B, d, h, w)
        return at_least_float32(super().forward((self.upsample(features),)))

    def position(self) -> Tensor | None:
        """The encoding that every layer adds to queries and keys, (h * w, d), if there is one."""
        if self.position_encoding == 'sine':
            return self.sine
        return self.learnable() if self.position_encoding == 'learnable' else None
