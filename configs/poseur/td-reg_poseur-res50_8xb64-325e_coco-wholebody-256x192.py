_base_ = ['td-reg_poseur-res50_8xb32-325e_coco-256x192.py', '../_base_/coco_wholebody.py']

# published without --amp and without synchronised BatchNorm; how many GPUs were used is not
sync_bn = None
auto_scale_lr = dict(base_batch_size=512)

# hooks
default_hooks = dict(checkpoint=dict(save_best='coco-wholebody/AP'))

# model settings
model = dict(head=dict(out_channels=133, noise=dict(num_groups=1, num_points=20)))

# pipelines: boxes are shifted, too
changed = dict(
    RandomHalfBody=_base_.whole_body_half_body,
    ClippedBBoxTransform=dict(_base_.poseur_bbox_transform, shift_prob=0.3, shift_factor=0.16))
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]

# data loaders
train_dataloader = dict(batch_size=64, dataset=dict(pipeline=train_pipeline, **_base_.coco_wholebody_train))
val_dataloader = dict(dataset=_base_.coco_wholebody_val)
test_dataloader = val_dataloader

# evaluators
val_evaluator = _base_.coco_wholebody_evaluator
test_evaluator = val_evaluator
