_base_ = ['td-hm_fastpose-res50_4xb32-270e_coco-256x192.py', '../_base_/halpe.py']

# model settings
model = dict(backbone=dict(conv_dim=256), head=dict(in_channels=256, out_channels=136))

# pipelines
expanded = dict(
    LoadImage=[dict(type='LoadImage'), _base_.confident_keypoints],
    RandomHalfBody=[_base_.whole_body_half_body])
train_pipeline = [new for t in _base_.train_pipeline for new in expanded.get(t['type'], [t])]

# data loaders
train_dataloader = dict(dataset=dict(pipeline=train_pipeline, **_base_.halpe_train))
val_dataloader = dict(dataset=_base_.halpe_val)
test_dataloader = val_dataloader

# evaluators
val_evaluator = _base_.halpe_evaluator
test_evaluator = val_evaluator
