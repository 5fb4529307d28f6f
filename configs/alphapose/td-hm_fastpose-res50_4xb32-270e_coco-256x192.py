_base_ = [
    'mmpose::body_2d_keypoint/topdown_heatmap/coco/td-hm_res50_8xb64-210e_coco-256x192.py',
    '../_base_/alphapose_recipe.py'
]

# the published recipe, where it differs from that of MMPose's ResNet-50
train_cfg = dict(max_epochs=270)
optim_wrapper = _base_.alphapose_optim_wrapper
param_scheduler = _base_.alphapose_270e.param_scheduler
custom_hooks = [*_base_.custom_hooks, _base_.alphapose_270e.jitter]
auto_scale_lr = dict(base_batch_size=128)
default_hooks = dict(checkpoint=dict(type='WholeCheckpointHook'))

# model settings
model = dict(
    data_preprocessor=_base_.alphapose_data_preprocessor,
    backbone=dict(type='FastPose', conv_dim=128),
    head=dict(in_channels=128, deconv_out_channels=None, final_layer=dict(kernel_size=3, padding=1)))

# pipelines
changed = dict(
    RandomFlip=_base_.flip, RandomBBoxTransform=_base_.coco_bbox_transform, RandomHalfBody=_base_.half_body)
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
train_dataloader = dict(batch_size=32, dataset=dict(pipeline=train_pipeline))

# evaluators
val_evaluator = dict(type='PersonScoreCocoMetric', **_base_.alphapose_scores)
test_evaluator = val_evaluator
