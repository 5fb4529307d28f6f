_base_ = [
    'mmpose::body_2d_keypoint/topdown_heatmap/coco/td-hm_hrnet-w48_8xb32-210e_coco-256x192.py',
    '../_base_/plugin.py'
]

# the published recipe, where it differs from that of MMPose's HRNet
train_cfg = dict(max_epochs=240)
optim_wrapper = dict(optimizer=dict(lr=1e-4))
param_scheduler = [dict(type='CosineAnnealingLR', begin=0, end=240, eta_min_ratio=0.1, by_epoch=True)]
auto_scale_lr = dict(base_batch_size=256)

# model settings
model = dict(
    backbone=dict(type='HRNetS'),
    head=dict(
        _delete_=True,
        type='TransPoseHead',
        in_channels=48,
        out_channels=17,
        embed_dims=96,
        num_layers=6,
        num_heads=1,
        feedforward_channels=192,
        position_encoding='sine',
        feature_size=(48, 64),  # the input's size divided by the backbone's stride, 4
        upsample='none',
        loss=dict(type='KeypointMSELoss', use_target_weight=True),
        decoder=_base_.codec))

# pipelines
train_pipeline = _base_.train_pipeline
train_pipeline[4] = dict(type='RandomBBoxTransform', shift_prob=0, rotate_factor=45, scale_factor=(0.65, 1.35))
train_dataloader = dict(batch_size=32, dataset=dict(pipeline=train_pipeline))
