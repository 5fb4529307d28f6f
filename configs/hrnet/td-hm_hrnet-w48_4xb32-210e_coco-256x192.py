_base_ = [
    'mmpose::body_2d_keypoint/topdown_heatmap/coco/td-hm_hrnet-w48_8xb32-210e_coco-256x192.py',
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
changed = dict(
    RandomFlip=_base_.flip, RandomBBoxTransform=_base_.coco_bbox_transform, RandomHalfBody=_base_.half_body)
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
train_dataloader = dict(batch_size=32, dataset=dict(pipeline=train_pipeline))

# evaluators: MMPose's figures, sooner
val_evaluator = dict(type='QuickCocoMetric')
test_evaluator = val_evaluator
