_base_ = [
    'mmpose::body_2d_keypoint/topdown_regression/mpii/td-reg_res50_8xb64-210e_mpii-256x256.py',
    '../_base_/tfpose_recipe.py'
]

# the recipe of COCO
optim_wrapper = dict(_delete_=True, **_base_.tfpose_optim_wrapper)
param_scheduler = _base_.tfpose_param_scheduler
auto_scale_lr = dict(base_batch_size=256)
default_hooks = dict(checkpoint=dict(type='WholeCheckpointHook'))

# codec settings
sigmoid_refinement_label = dict(type='SigmoidRefinementLabel', input_size=(256, 256))
codec = dict(_delete_=True, **sigmoid_refinement_label)

# model settings
model = dict(
    backbone=dict(type='ResNet', depth=50, out_indices=(0, 1, 2, 3)),
    neck=dict(_delete_=True, **_base_.channel_mapper),
    head=dict(_delete_=True, out_channels=16, decoder=sigmoid_refinement_label, **_base_.tfpose_head))

# pipelines
changed = dict(
    RandomFlip=dict(type='QuickFlip', direction='horizontal'),
    GenerateTarget=dict(type='GenerateTarget', encoder=sigmoid_refinement_label))
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
train_dataloader = dict(batch_size=32, dataset=dict(pipeline=train_pipeline))
