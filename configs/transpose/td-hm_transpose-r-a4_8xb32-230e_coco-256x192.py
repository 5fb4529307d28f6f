_base_ = [
    'mmpose::body_2d_keypoint/topdown_heatmap/coco/td-hm_res50_8xb64-210e_coco-256x192.py',
    '../_base_/plugin.py'
]

# the published recipe, where it differs from that of MMPose's ResNet-50
train_cfg = dict(max_epochs=230)
optim_wrapper = dict(optimizer=dict(lr=1e-4))
param_scheduler = [dict(type='CosineAnnealingLR', begin=0, end=230, eta_min_ratio=0.1, by_epoch=True)]
auto_scale_lr = dict(base_batch_size=256)

# model settings
model = dict(
    # ResNet-S: the stem and the first two stages of ResNet-50
    backbone=dict(num_stages=2, strides=(1, 2), dilations=(1, 1), out_indices=(1, )),
    head=dict(
        _delete_=True,
        type='TransPoseHead',
        in_channels=512,
        out_channels=17,
        embed_dims=256,
        num_layers=4,
        num_heads=8,
        feedforward_channels=1024,
        position_encoding='sine',
        feature_size=(24, 32),  # the input's size divided by the backbone's stride, 8
        upsample='deconv',
        loss=dict(type='KeypointMSELoss', use_target_weight=True),
        decoder=_base_.codec))

# pipelines
train_pipeline = _base_.train_pipeline
train_pipeline[4] = dict(type='RandomBBoxTransform', shift_prob=0, rotate_factor=45, scale_factor=(0.65, 1.35))
train_dataloader = dict(batch_size=32, dataset=dict(pipeline=train_pipeline))
