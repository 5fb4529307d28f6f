_base_ = ['td-reg_fastpose-res50_sikr_4xb32-270e_coco-256x192.py', '../_base_/coco_wholebody.py']

# runtime
train_cfg = dict(max_epochs=265)
param_scheduler = _base_.alphapose_265e.param_scheduler
changed = dict(InsertTransformHook=_base_.alphapose_265e.jitter)
custom_hooks = [changed.get(hook['type'], hook) for hook in _base_.custom_hooks]
auto_scale_lr = dict(base_batch_size=192)
default_hooks = dict(checkpoint=dict(save_best='coco-wholebody/AP'))

# model settings: body and feet weigh twice
model = dict(
    head=dict(
        out_channels=133,
        keypoint_groups=[dict(keypoints=list(range(23)), weight=2),
                         dict(keypoints=list(range(23, 133)))]))

# pipelines
expanded = dict(
    LoadImage=[dict(type='LoadImage'), _base_.confident_keypoints],
    RandomHalfBody=[_base_.whole_body_half_body])
train_pipeline = [new for t in _base_.train_pipeline for new in expanded.get(t['type'], [t])]

# data loaders
train_dataloader = dict(batch_size=48, dataset=dict(pipeline=train_pipeline, **_base_.coco_wholebody_train))
val_dataloader = dict(dataset=_base_.coco_wholebody_val)
test_dataloader = val_dataloader

# evaluators
val_evaluator = dict(_base_.coco_wholebody_evaluator, type='PersonScoreCocoWholeBodyMetric')
test_evaluator = val_evaluator
