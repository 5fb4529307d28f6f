_base_ = [
    'mmpose::body_2d_keypoint/topdown_regression/coco/td-reg_res50_rle-8xb64-210e_coco-256x192.py',
    '../_base_/poseur_recipe.py'
]

# the published recipe; train with --amp, as published
train_cfg = dict(max_epochs=325)
optim_wrapper = dict(_delete_=True, **_base_.poseur_optim_wrapper)
param_scheduler = _base_.poseur_param_scheduler
auto_scale_lr = dict(base_batch_size=256)
default_hooks = dict(checkpoint=dict(type='WholeCheckpointHook'))
sync_bn = 'torch'  # among the GPUs of a distributed training

# codec settings
codec = dict(input_size=(192, 256), **_base_.poseur_label)

# model settings
model = dict(
    backbone=dict(type='ResNet', depth=50, out_indices=(0, 1, 2, 3)),
    neck=dict(_delete_=True, **_base_.channel_mapper),
    head=dict(_delete_=True, out_channels=17, decoder=codec, **_base_.poseur_head),
    test_cfg=_base_.poseur_test_cfg)

# pipelines
changed = dict(
    RandomHalfBody=_base_.half_body,
    RandomFlip=_base_.flip,
    RandomBBoxTransform=_base_.poseur_bbox_transform,
    GenerateTarget=dict(type='GenerateTarget', encoder=codec))
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
train_dataloader = dict(batch_size=32, dataset=dict(pipeline=train_pipeline))

# evaluators: box score + mean + maximum of the keypoints' scores
val_evaluator = dict(type='QuickCocoMetric', score_mode='bbox_rle')
test_evaluator = val_evaluator
