"""The head of TransPose: a transformer encoder over the pixels of a feature map, then heatmaps (TransPose, figure 2)."""

from mmpose.models import HeatmapHead
from mmpose.registry import MODELS
from torch import nn

from ...utils.errors import InputError
from ..layers import Encoder, LearnablePosition, sine_position

POSITION_ENCODINGS = ('sine', 'learnable', 'none')
UPSAMPLES = ('deconv', 'bilinear', 'none')


@MODELS.register_module()
class TransPoseHead(HeatmapHead):
    """TransPose, section 3: ``reduce`` -> encoder with a position in every layer -> upsampling -> 1x1 convolution.

    Loss, decoding and flip test are MMPose's ``HeatmapHead``'s. Each layer's attention can be recorded with
    ``record_attention``: token ``y * feature_width + x`` is the feature map's pixel (x, y).

    Args:
        in_channels (int): Channels of the backbone's last feature map.
        out_channels (int): Number K of keypoints.
        embed_dims (int): Channels d of a token, a multiple of ``num_heads``, and of 4 with sine encoding. Default: 256.
        num_layers (int): Encoder layers N, at least 1. Default: 4.
        num_heads (int): Heads of each layer's attention. Default: 8.
        feedforward_channels (int): Hidden channels of each layer's feed-forward network. Default: 1024.
        position_encoding (str): 'sine' (fixed; weights run at any feature size), 'learnable' or 'none'. Default: 'sine'.
        feature_size (tuple[int, int]): Width and height of the backbone's feature map: the input size divided by its stride.
            Default: (24, 32), for an input of (192, 256) and a stride of 8.
        upsample (str): 'deconv' (transposed convolution 4x4, BatchNorm, ReLU) or 'bilinear', both of which double the
            resolution, for a stride of 8; 'none' for a stride of 4. Default: 'deconv'.
        interpolate_position (bool): Whether a learnable encoding of another feature size may be loaded, to be interpolated.
            Default: False.
        dropout (float): In the encoder, in [0, 1). Default: 0.1.
        loss (dict | None): Config of the heatmap loss; None takes ``KeypointMSELoss`` with target weights. Default: None.
        decoder (dict | None): Config of the codec.
        init_cfg (dict | None): How convolutions are initialised; None takes ``HeatmapHead``'s way. Default: None.

    Raises:
        InputError: If an argument is out of its range, or, in the forward pass, if features are not of ``feature_size``.
    """

    def __init__(
        self,
        in_channels,
        out_channels,
        embed_dims=256,
        num_layers=4,
        num_heads=8,
        feedforward_channels=1024,
        position_encoding='sine',
        feature_size=(24, 32),
        upsample='deconv',
        interpolate_position=False,
        dropout=0.1,
        loss=None,
        decoder=None,
        init_cfg=None,
    ):
        _check(embed_dims, num_layers, num_heads, position_encoding, feature_size, upsample, dropout)
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

    def forward(self, feats):
        """Predict heatmaps.

        Args:
            feats (tuple[Tensor]): Feature maps, the last of which is used: (B, in_channels, h, w) with
                ``feature_size == (w, h)``.

        Returns:
            Tensor: Heatmaps (B, K, H / 4, W / 4) for an input of (H, W).
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
        return super().forward((self.upsample(features),))

    def position(self):
        """Tensor | None: What every encoder layer adds to queries and keys, (h * w, d)."""
        if self.position_encoding == 'sine':
            return self.sine
        return self.learnable() if self.position_encoding == 'learnable' else None


def _check(embed_dims, num_layers, num_heads, position_encoding, feature_size, upsample, dropout):
    if position_encoding not in POSITION_ENCODINGS:
        raise InputError(f'position_encoding={position_encoding!r}: choose from {", ".join(POSITION_ENCODINGS)}')
    if upsample not in UPSAMPLES:
        raise InputError(f'upsample={upsample!r}: choose from {", ".join(UPSAMPLES)}')
    if not 0 <= dropout < 1:
        raise InputError(f'dropout={dropout}: must lie in [0, 1)')
    if num_layers < 1:
        raise InputError(f'num_layers={num_layers}: at least one encoder layer is needed')
    if num_heads < 1 or embed_dims % num_heads:
        raise InputError(f'embed_dims={embed_dims} is not divisible by num_heads={num_heads}')
    if position_encoding == 'sine' and embed_dims % 4:
        raise InputError(f'embed_dims={embed_dims}: a sine encoding of x and y needs a multiple of 4')
    if len(feature_size) != 2 or min(feature_size) < 1:
        raise InputError(f'feature_size={feature_size}: must be the width and the height of the feature map')
