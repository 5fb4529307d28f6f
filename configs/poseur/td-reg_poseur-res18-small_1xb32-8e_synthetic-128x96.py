_base_ = '../_base_/synthetic_query.py'

# runtime
train_cfg = dict(max_epochs=8)
param_scheduler = [
    dict(type='LinearLR', begin=0, end=100, start_factor=0.01, by_epoch=False),
    dict(type='CosineAnnealingLR', begin=0, end=8, by_epoch=True, convert_to_iter_based=True)
]

# codec settings
rle_laplace_label = dict(type='RLELaplaceLabel', input_size=(96, 128), score='integral', a=0.2)
codec = dict(_delete_=True, **rle_laplace_label)

# model settings
model = dict(
    backbone=dict(out_indices=(0, 1, 2, 3)),
    neck=dict(in_channels=[16, 32, 64, 128]),
    head=dict(type='PoseurHead', noise=dict(num_groups=1, num_points=4, variance=0.2), decoder=rle_laplace_label))

# pipelines
changed = dict(GenerateTarget=dict(type='GenerateTarget', encoder=rle_laplace_label))
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))

# evaluators: box score + mean + maximum of the keypoints' scores
val_evaluator = [dict(type='QuickCocoMetric', score_mode='bbox_rle'), dict(type='ScoreRankMetric')]
test_evaluator = val_evaluator
