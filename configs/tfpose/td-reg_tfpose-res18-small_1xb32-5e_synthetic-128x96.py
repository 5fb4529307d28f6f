_base_ = '../_base_/synthetic_heatmap.py'

# runtime
train_cfg = dict(max_epochs=5, val_interval=2)
optim_wrapper = dict(
    optimizer=dict(type='AdamW', lr=2e-3, weight_decay=1e-4),
    paramwise_cfg=dict(custom_keys={'sampling_offsets': dict(lr_mult=0.1)}))
param_scheduler = [
    dict(type='LinearLR', begin=0, end=100, start_factor=0.01, by_epoch=False),
    dict(type='CosineAnnealingLR', begin=0, end=5, by_epoch=True, convert_to_iter_based=True)
]

# codec settings
sigmoid_refinement_label = dict(type='SigmoidRefinementLabel', input_size=(96, 128), sigma=1.5)
codec = dict(_delete_=True, **sigmoid_refinement_label)

# model settings: ResNet-18 with a quarter of the channels, one encoder layer and two decoder layers of 64 channels, strides
# 8 to 32
model = dict(
    backbone=dict(type='ResNet', depth=18, stem_channels=16, base_channels=16, out_indices=(1, 2, 3)),
    neck=dict(
        type='ChannelMapper',
        in_channels=[32, 64, 128],
        out_channels=64,
        kernel_size=1,
        norm_cfg=dict(type='GN', num_groups=8),
        act_cfg=None),
    head=dict(
        type='TFPoseHead',
        in_channels=64,
        out_channels=17,
        feature_levels=(0, 1, 2),
        num_encoder_layers=1,
        num_layers=2,
        num_heads=4,
        num_points=2,
        feedforward_channels=128,
        dropout=0.0,
        heatmap_loss=dict(type='KeypointMSELoss', use_target_weight=True, loss_weight=50.0),
        decoder=sigmoid_refinement_label),
    test_cfg=dict(_delete_=True, flip_test=True, shift_coords=True))

# pipelines
train_pipeline = _base_.train_pipeline
train_pipeline[4] = dict(type='GenerateTarget', encoder=sigmoid_refinement_label)
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
