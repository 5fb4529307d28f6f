_base_ = [
    'mmpose::body_2d_keypoint/topdown_heatmap/mpii/td-hm_res50_8xb64-210e_mpii-256x256.py',
    '../_base_/plugin.py'
]

# fine-tuned from a COCO model: the new final layer learns ten times as fast as the others
load_from = 'checkpoints/transpose-r-a4_coco-256x192.pth'
train_cfg = dict(max_epochs=100)
optim_wrapper = dict(
    optimizer=dict(lr=1e-5), paramwise_cfg=dict(custom_keys={'head.final_layer': dict(lr_mult=10)}))
param_scheduler = [dict(type='CosineAnnealingLR', begin=0, end=100, eta_min_ratio=0.1, by_epoch=True)]
auto_scale_lr = dict(base_batch_size=256)

# model settings
model = dict(
    # ResNet-S: the stem and the first two stages of ResNet-50
    backbone=dict(num_stages=2, strides=(1, 2), dilations=(1, 1), out_indices=(1, ), init_cfg=None),
    head=dict(
        _delete_=True,
        type='TransPoseHead',
        in_channels=512,
        out_channels=16,
        embed_dims=256,
        num_layers=4,
        num_heads=8,
        feedforward_channels=1024,
        position_encoding='sine',
        feature_size=(32, 32),  # the input's size divided by the backbone's stride, 8
        upsample='deconv',
        loss=dict(type='KeypointMSELoss', use_target_weight=True),
        decoder=_base_.codec))

train_pipeline = _base_.train_pipeline
train_pipeline[3] = dict(type='RandomBBoxTransform', shift_prob=0, rotate_factor=30, scale_factor=(0.75, 1.25))
train_dataloader = dict(batch_size=32, dataset=dict(pipeline=train_pipeline))
