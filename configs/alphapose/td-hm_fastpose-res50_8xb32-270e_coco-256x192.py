_base_ = [
    'mmpose::body_2d_keypoint/topdown_heatmap/coco/td-hm_res50_8xb64-210e_coco-256x192.py',
    '../_base_/plugin.py',
    '../_base_/augmentation.py'
]

# the published recipe, where it differs from that of MMPose's ResNet-50
train_cfg = dict(max_epochs=270)
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [dict(type='MultiStepLR', begin=0, end=270, milestones=[170, 200], gamma=0.1, by_epoch=True)]
auto_scale_lr = dict(base_batch_size=256)

# model settings
model = dict(
    # RGB / 255 - (0.406, 0.457, 0.480)
    data_preprocessor=dict(mean=[103.53, 116.535, 122.4], std=[255, 255, 255]),
    backbone=dict(type='FastPose', conv_dim=128),
    head=dict(in_channels=128, deconv_out_channels=None, final_layer=dict(kernel_size=3, padding=1)))

# pipelines
changed = dict(RandomBBoxTransform=_base_.coco_bbox_transform)
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
train_dataloader = dict(batch_size=32, dataset=dict(pipeline=train_pipeline))

# for the last 60 epochs, boxes as a detector gives them
custom_hooks = [
    *_base_.custom_hooks,
    dict(type='InsertTransformHook', transform=dict(type='BBoxJitter'), before='GetBBoxCenterScale', epoch=210)
]
