_base_ = [
    'mmpose::body_2d_keypoint/topdown_heatmap/coco/td-hm_hrnet-w32_8xb64-210e_coco-384x288.py',
    '../_base_/plugin.py'
]

# the published recipe, where MMPose's differs
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [dict(type='MultiStepLR', begin=0, end=210, milestones=[170, 200], gamma=0.1, by_epoch=True)]
auto_scale_lr = dict(base_batch_size=128)

train_pipeline = _base_.train_pipeline
train_pipeline[4] = dict(type='RandomBBoxTransform', shift_prob=0, rotate_factor=45, scale_factor=(0.65, 1.35))
train_dataloader = dict(batch_size=32, dataset=dict(pipeline=train_pipeline))
