_base_ = ['td-reg_fastpose-res50_sikr_4xb48-265e_halpe-256x192.py', '../_base_/halpe_joint.py']

# model settings
model = dict(backbone=dict(conv_dim=128), head=dict(in_channels=128))

# pipelines: each data set has its own begin
train_pipeline = [t for t in _base_.train_pipeline if t['type'] != 'ConfidentKeypoints']

# data loaders: a third of every batch is Halpe's, a third COCO-WholeBody's, a ninth each of 300W's, FreiHand's and
# InterHand2.6M's; an epoch goes through Halpe once
train_dataloader = dict(
    sampler=dict(
        _delete_=True,
        type='ExactMultiSourceSampler',
        batch_size=48,
        source_ratio=[1 / 3, 1 / 3, 1 / 9, 1 / 9, 1 / 9],
        epoch_of=0),
    dataset=dict(
        _delete_=True,
        type='CombinedDataset',
        metainfo=dict(from_file='configs/_base_/datasets/halpe.py'),
        datasets=_base_.train_sets,
        pipeline=train_pipeline))
changed = dict(LoadImage=_base_.validation_load)
val_dataloader = dict(dataset=dict(pipeline=[changed.get(t['type'], t) for t in _base_.val_pipeline]))
test_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='CombinedDataset',
        metainfo=dict(from_file='configs/_base_/datasets/halpe.py'),
        datasets=_base_.test_sets,
        pipeline=_base_.val_pipeline,
        test_mode=True))

# evaluators: Halpe after an epoch, all five when it is tested
test_evaluator = dict(
    _delete_=True, type='HalpeJointEvaluator', datasets=_base_.test_sets, metrics=_base_.test_metrics)
