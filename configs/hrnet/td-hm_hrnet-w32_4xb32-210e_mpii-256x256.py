_base_ = [
    'mmpose::body_2d_keypoint/topdown_heatmap/mpii/td-hm_hrnet-w32_8xb64-210e_mpii-256x256.py',
    '../_base_/plugin.py'
]

# the published recipe, where MMPose's differs
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [dict(type='MultiStepLR', begin=0, end=210, milestones=[170, 200], gamma=0.1, by_epoch=True)]
auto_scale_lr = dict(base_batch_size=128)

train_pipeline = _base_.train_pipeline
train_pipeline[3] = dict(type='RandomBBoxTransform', shift_prob=0, rotate_factor=30, scale_factor=(0.75, 1.25))
train_dataloader = dict(batch_size=32, dataset=dict(pipeline=train_pipeline))
