_base_ = ['../_base_/lsp_heatmap.py', '../_base_/mobilenetv2.py']

# model settings: MobileNetV2 to stride 8, whose last stage learns, four encoder layers
model = dict(
    backbone=dict(_base_.mobilenetv2, out_indices=(2, ), frozen_stages=1),
    head=dict(
        type='TransPoseHead',
        in_channels=32,
        out_channels=14,
        embed_dims=96,
        num_layers=4,
        num_heads=4,
        feedforward_channels=192,
        position_encoding='sine',
        feature_size=(12, 16),
        upsample='deconv',
        dropout=0.0,
        loss=_base_.heatmap_loss,
        decoder=_base_.codec))
