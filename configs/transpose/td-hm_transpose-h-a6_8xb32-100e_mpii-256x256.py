_base_ = [
    'mmpose::body_2d_keypoint/topdown_heatmap/mpii/td-hm_hrnet-w48_8xb64-210e_mpii-256x256.py',
    '../_base_/plugin.py'
]

# fine-tuned from a COCO model: the new final layer learns ten times as fast as the others
load_from = 'checkpoints/transpose-h-a6_coco-256x192.pth'
train_cfg = dict(max_epochs=100)
optim_wrapper = dict(
    optimizer=dict(lr=1e-5), paramwise_cfg=dict(custom_keys={'head.final_layer': dict(lr_mult=10)}))
param_scheduler = [dict(type='CosineAnnealingLR', begin=0, end=100, eta_min_ratio=0.1, by_epoch=True)]
auto_scale_lr = dict(base_batch_size=256)

# model settings
model = dict(
    backbone=dict(type='HRNetS', init_cfg=None),
    head=dict(
        _delete_=True,
        type='TransPoseHead',
        in_channels=48,
        out_channels=16,
        embed_dims=96,
        num_layers=6,
        num_heads=1,
        feedforward_channels=192,
        position_encoding='sine',
        feature_size=(64, 64),  # the input's size divided by the backbone's stride, 4
        upsample='none',
        loss=dict(type='KeypointMSELoss', use_target_weight=True),
        decoder=_base_.codec))

train_pipeline = _base_.train_pipeline
train_pipeline[3] = dict(type='RandomBBoxTransform', shift_prob=0, rotate_factor=30, scale_factor=(0.75, 1.25))
train_dataloader = dict(batch_size=32, dataset=dict(pipeline=train_pipeline))
