_base_ = [
    'mmpose::body_2d_keypoint/topdown_regression/mpii/td-reg_res50_rle-8xb64-210e_mpii-256x256.py',
    '../_base_/poseur_recipe.py'
]

# the published recipe, which is that of COCO; train with --amp, as published
train_cfg = dict(max_epochs=325)
optim_wrapper = dict(_delete_=True, **_base_.poseur_optim_wrapper)
param_scheduler = _base_.poseur_param_scheduler
auto_scale_lr = dict(base_batch_size=256)
default_hooks = dict(checkpoint=dict(type='WholeCheckpointHook'))
sync_bn = 'torch'  # among the GPUs of a distributed training

# codec settings
codec = dict(input_size=(256, 256), **_base_.poseur_label)

# model settings
model = dict(
    backbone=dict(type='ResNet', depth=50, out_indices=(0, 1, 2, 3)),
    neck=dict(_delete_=True, **_base_.channel_mapper),
    head=dict(_delete_=True, out_channels=16, decoder=codec, **_base_.poseur_head),
    test_cfg=_base_.poseur_test_cfg)

# pipelines
expanded = dict(
    RandomFlip=[_base_.flip, _base_.half_body],
    RandomBBoxTransform=[_base_.poseur_bbox_transform],
    GenerateTarget=[dict(type='GenerateTarget', encoder=codec)])
train_pipeline = [new for t in _base_.train_pipeline for new in expanded.get(t['type'], [t])]
train_dataloader = dict(batch_size=32, dataset=dict(pipeline=train_pipeline))
