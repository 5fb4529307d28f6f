_base_ = '../_base_/synthetic_heatmap.py'

# runtime
train_cfg = dict(max_epochs=8, val_interval=2)
optim_wrapper = dict(
    optimizer=dict(type='AdamW', lr=2e-3, weight_decay=1e-4),
    paramwise_cfg=dict(custom_keys={'sampling_offsets': dict(lr_mult=0.1)}))
param_scheduler = [
    dict(type='LinearLR', begin=0, end=100, start_factor=0.01, by_epoch=False),
    dict(type='CosineAnnealingLR', begin=0, end=8, by_epoch=True, convert_to_iter_based=True)
]

# codec settings
rle_laplace_label = dict(type='RLELaplaceLabel', input_size=(96, 128), score='integral', a=0.2)
codec = dict(_delete_=True, **rle_laplace_label)

# model settings: ResNet-18 with a quarter of the channels, two decoder layers of 64 channels
model = dict(
    backbone=dict(type='ResNet', depth=18, stem_channels=16, base_channels=16, out_indices=(0, 1, 2, 3)),
    neck=dict(
        type='ChannelMapper',
        in_channels=[16, 32, 64, 128],
        out_channels=64,
        kernel_size=1,
        norm_cfg=dict(type='GN', num_groups=8),
        act_cfg=None),
    head=dict(
        type='PoseurHead',
        in_channels=64,
        out_channels=17,
        num_layers=2,
        num_heads=4,
        num_points=2,
        feedforward_channels=128,
        dropout=0.0,
        noise=dict(num_groups=1, num_points=4, variance=0.2),
        decoder=rle_laplace_label),
    test_cfg=dict(_delete_=True, flip_test=True, shift_coords=True))

# pipelines
train_pipeline = _base_.train_pipeline
train_pipeline[4] = dict(type='GenerateTarget', encoder=rle_laplace_label)
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))

# evaluators: box score + mean + maximum of the keypoints' scores
val_evaluator = [dict(type='CocoMetric', score_mode='bbox_rle'), dict(type='ScoreRankMetric')]
test_evaluator = val_evaluator
