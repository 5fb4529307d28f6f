_base_ = [
    'mmpose::body_2d_keypoint/topdown_regression/mpii/td-reg_res50_rle-8xb64-210e_mpii-256x256.py',
    '../_base_/plugin.py'
]

# the recipe for COCO without half-body; train with --amp, as published
train_cfg = dict(max_epochs=325)
optim_wrapper = dict(
    optimizer=dict(_delete_=True, type='AdamW', lr=1e-3, weight_decay=1e-4),
    paramwise_cfg=dict(custom_keys={'sampling_offsets': dict(lr_mult=0.1)}))
param_scheduler = [
    dict(type='LinearLR', begin=0, end=500, start_factor=0.001, by_epoch=False),
    dict(type='MultiStepLR', begin=0, end=325, milestones=[255, 310], gamma=0.1, by_epoch=True)
]
auto_scale_lr = dict(base_batch_size=256)

# codec settings
codec = dict(type='RLELaplaceLabel', input_size=(256, 256), score='integral', a=0.2)

# model settings
model = dict(
    backbone=dict(type='ResNet', depth=50, out_indices=(0, 1, 2, 3)),
    neck=dict(
        _delete_=True,
        type='ChannelMapper',
        in_channels=[256, 512, 1024, 2048],
        out_channels=256,
        kernel_size=1,
        norm_cfg=dict(type='GN', num_groups=32),
        act_cfg=None),
    head=dict(
        _delete_=True,
        type='PoseurHead',
        in_channels=256,
        out_channels=16,
        num_layers=6,
        query_start='coarse',
        noise=dict(num_groups=3, num_points=12, variance=0.2),
        decoder=codec))

# pipelines
train_pipeline = _base_.train_pipeline
train_pipeline[3] = dict(type='RandomBBoxTransform', shift_prob=0, rotate_factor=40, scale_factor=(0.5, 1.5))
train_pipeline[5] = dict(type='GenerateTarget', encoder=codec)
train_dataloader = dict(batch_size=32, dataset=dict(pipeline=train_pipeline))
