_base_ = '../_base_/synthetic_heatmap.py'

# runtime
train_cfg = dict(max_epochs=7, val_interval=2)
optim_wrapper = dict(optimizer=dict(type='Adam', lr=2e-3))
param_scheduler = [
    dict(type='LinearLR', begin=0, end=100, start_factor=0.01, by_epoch=False),
    dict(type='CosineAnnealingLR', begin=0, end=7, by_epoch=True, convert_to_iter_based=True)
]

# model settings: the first two stages of ResNet-18 at half its width, three encoder layers of 64 channels
model = dict(
    backbone=dict(
        type='ResNet',
        depth=18,
        stem_channels=32,
        base_channels=32,
        num_stages=2,
        strides=(1, 2),
        dilations=(1, 1),
        out_indices=(1, )),
    head=dict(
        type='TransPoseHead',
        in_channels=64,
        out_channels=17,
        embed_dims=64,
        num_layers=3,
        num_heads=2,
        feedforward_channels=128,
        position_encoding='sine',
        feature_size=(12, 16),
        upsample='deconv',
        dropout=0.0,
        loss=dict(type='KeypointMSELoss', use_target_weight=True, loss_weight=1000),
        decoder=_base_.codec))
