_base_ = [
    'mmpose::body_2d_keypoint/topdown_heatmap/coco/td-hm_hrnet-w48_8xb32-210e_coco-256x192.py',
    '../_base_/transpose_recipe.py'
]

# the published recipe, where it differs from that of MMPose's HRNet
train_cfg = dict(max_epochs=240)
optim_wrapper = _base_.transpose_coco_optim_wrapper
param_scheduler = [dict(type='CosineAnnealingLR', begin=0, end=240, eta_min_ratio=0.1, by_epoch=True)]
auto_scale_lr = dict(base_batch_size=256)

# model settings
model = dict(
    backbone=dict(type='HRNetS'),
    head=dict(
        _delete_=True,
        out_channels=17,
        feature_size=(48, 64),  # the input's size divided by the backbone's stride, 4
        decoder=_base_.codec,
        **_base_.transpose_h_head))

# pipelines
changed = dict(RandomBBoxTransform=_base_.coco_bbox_transform)
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
train_dataloader = dict(batch_size=32, dataset=dict(pipeline=train_pipeline))
