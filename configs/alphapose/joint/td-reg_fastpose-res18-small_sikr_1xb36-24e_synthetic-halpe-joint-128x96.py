# The five sets of joint training as synthetic ones, and a network that learns them on two cores. configs/alphapose/README.md
# has the commands that make them.
_base_ = ['../td-reg_fastpose-res18-small_sikr_1xb32-7e_synthetic-128x96.py', '../../_base_/halpe_joint.py']

# runtime
train_cfg = dict(max_epochs=24, val_interval=8)
param_scheduler = [
    dict(type='LinearLR', begin=0, end=100, start_factor=0.01, by_epoch=False),
    dict(type='CosineAnnealingLR', begin=0, end=24, by_epoch=True, convert_to_iter_based=True)
]
auto_scale_lr = dict(base_batch_size=36)

# model settings: body and feet weigh twice
model = dict(
    head=dict(
        out_channels=136,
        keypoint_groups=[dict(keypoints=list(range(26)), weight=2),
                         dict(keypoints=list(range(26, 136)))]))

# pipelines
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='GetBBoxCenterScale'),
    dict(type='QuickFlip', direction='horizontal'),
    dict(type='RandomBBoxTransform', shift_prob=0, rotate_factor=30, scale_factor=(0.75, 1.25)),
    dict(type='TopdownAffine', input_size=_base_.codec['input_size']),
    dict(type='GenerateTarget', encoder=_base_.sikr_label),
    dict(type='PackPoseInputs')
]
val_pipeline = [
    dict(type='LoadImage'),
    dict(type='GetBBoxCenterScale'),
    dict(type='TopdownAffine', input_size=_base_.codec['input_size']),
    dict(type='PackPoseInputs')
]

# data sets; of synthetic people nobody is detected, their true boxes are taken
roots = [f'data/synthetic/{name}/' for name in ('halpe', 'coco-wholebody', '300w', 'freihand', 'interhand')]
train_sets = [dict(data, data_root=root) for data, root in zip(_base_.train_sets, roots)]
test_sets = [dict(data, data_root=root) for data, root in zip(_base_.test_sets, roots)]
test_sets = [dict(data, bbox_file='') if 'bbox_file' in data else data for data in test_sets]

# data loaders
train_dataloader = dict(
    batch_size=36,
    sampler=dict(
        _delete_=True,
        type='ExactMultiSourceSampler',
        batch_size=36,
        source_ratio=[1 / 3, 1 / 3, 1 / 9, 1 / 9, 1 / 9]),
    dataset=dict(
        _delete_=True,
        type='CombinedDataset',
        metainfo=dict(from_file='configs/_base_/datasets/halpe.py'),
        datasets=train_sets,
        pipeline=train_pipeline))
changed = dict(LoadImage=_base_.validation_load)
val_set = dict(
    next(data for data in test_sets if data['type'] == 'HalpeDataset'),
    pipeline=[changed.get(t['type'], t) for t in val_pipeline])
val_dataloader = dict(dataset=dict(_delete_=True, **val_set))
test_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='CombinedDataset',
        metainfo=dict(from_file='configs/_base_/datasets/halpe.py'),
        datasets=test_sets,
        pipeline=val_pipeline,
        test_mode=True))

# evaluators
val_evaluator = [dict(type='HalpeMetric')]
test_evaluator = dict(_delete_=True, type='HalpeJointEvaluator', datasets=test_sets, metrics=_base_.test_metrics)
