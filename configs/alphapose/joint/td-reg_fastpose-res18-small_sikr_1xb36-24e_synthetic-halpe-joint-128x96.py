# The five sets of joint training as synthetic ones, and a network that learns them on two cores. configs/alphapose/README.md has
# the commands that make them.
_base_ = ['../../_base_/synthetic_heatmap.py', '../../_base_/halpe_joint.py']

# runtime
train_cfg = dict(max_epochs=24, val_interval=8)
optim_wrapper = dict(optimizer=dict(type='Adam', lr=3e-3))
param_scheduler = [
    dict(type='LinearLR', begin=0, end=100, start_factor=0.01, by_epoch=False),
    dict(type='CosineAnnealingLR', begin=0, end=24, by_epoch=True, convert_to_iter_based=True)
]
auto_scale_lr = dict(base_batch_size=36)

# codec settings
sikr_label = dict(type='SIKRLabel', input_size=(96, 128), heatmap_size=(24, 32))
codec = dict(_delete_=True, **sikr_label)

# model settings: SE-ResNet-18 with a quarter of the channels; body and feet weigh twice
model = dict(
    backbone=dict(type='FastPose', depth=18, stem_channels=16, base_channels=16, conv_dim=16),
    head=dict(
        type='SIKRHead',
        in_channels=16,
        out_channels=136,
        normalization='sigmoid',
        final_layer=dict(kernel_size=3, padding=1),
        keypoint_groups=[dict(keypoints=list(range(26)), weight=2),
                         dict(keypoints=list(range(26, 136)))],
        decoder=sikr_label),
    test_cfg=dict(_delete_=True, flip_test=True, flip_mode='coordinate', shift_coords=True))

# pipelines
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='GetBBoxCenterScale'),
    dict(type='RandomFlip', direction='horizontal'),
    dict(type='RandomBBoxTransform', shift_prob=0, rotate_factor=30, scale_factor=(0.75, 1.25)),
    dict(type='TopdownAffine', input_size=codec['input_size']),
    dict(type='GenerateTarget', encoder=sikr_label),
    dict(type='PackPoseInputs')
]
val_pipeline = [
    dict(type='LoadImage'),
    dict(type='GetBBoxCenterScale'),
    dict(type='TopdownAffine', input_size=codec['input_size']),
    dict(type='PackPoseInputs')
]

# data sets
roots = [f'data/synthetic/{name}/' for name in ('halpe', 'coco-wholebody', '300w', 'freihand', 'interhand')]
train_sets = [{**data, 'data_root': root} for data, root in zip(_base_.train_sets, roots)]
test_sets = [{**data, 'data_root': root} for data, root in zip(_base_.test_sets, roots)]
test_sets[0]['bbox_file'] = test_sets[1]['bbox_file'] = ''  # nobody is detected

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
val_set = {**test_sets[0], 'pipeline': [_base_.validation_load, *val_pipeline[1:]]}
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
