_base_ = '../_base_/synthetic_heatmap.py'

# runtime
train_cfg = dict(max_epochs=5)
param_scheduler = [
    dict(type='LinearLR', begin=0, end=100, start_factor=0.01, by_epoch=False),
    dict(type='CosineAnnealingLR', begin=0, end=5, by_epoch=True, convert_to_iter_based=True)
]

# model settings: the first two stages of ResNet-18 with 24 instead of 64 channels, three encoder layers
model = dict(
    backbone=dict(
        type='ResNet',
        depth=18,
        stem_channels=24,
        base_channels=24,
        num_stages=2,
        strides=(1, 2),
        dilations=(1, 1),
        out_indices=(1, )),
    head=dict(
        type='TransPoseHead',
        in_channels=48,
        out_channels=17,
        embed_dims=48,
        num_layers=3,
        num_heads=1,
        feedforward_channels=96,
        position_encoding='sine',
        feature_size=(12, 16),
        upsample='deconv',
        dropout=0.0,
        loss=dict(type='KeypointMSELoss', use_target_weight=True, loss_weight=1000),
        decoder=_base_.codec))
