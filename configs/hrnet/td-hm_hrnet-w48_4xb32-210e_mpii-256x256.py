_base_ = [
    'mmpose::body_2d_keypoint/topdown_heatmap/mpii/td-hm_hrnet-w48_8xb64-210e_mpii-256x256.py',
    '../_base_/hrnet_recipe.py'
]

# the published recipe, where MMPose's differs
optim_wrapper = _base_.hrnet_optim_wrapper
param_scheduler = _base_.hrnet_param_scheduler
auto_scale_lr = dict(base_batch_size=128)
default_hooks = dict(checkpoint=dict(type='WholeCheckpointHook'))

# model settings
model = dict(backbone=dict(init_cfg=dict(checkpoint='timm://hrnet_w48.ms_in1k')))

# pipelines
changed = dict(RandomFlip=_base_.flip, RandomBBoxTransform=_base_.mpii_bbox_transform)
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
train_dataloader = dict(batch_size=32, dataset=dict(pipeline=train_pipeline))
