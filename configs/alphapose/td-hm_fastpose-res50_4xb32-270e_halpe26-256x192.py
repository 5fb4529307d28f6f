_base_ = 'td-hm_fastpose-res50_4xb32-270e_halpe-256x192.py'

# model settings
model = dict(backbone=dict(conv_dim=128), head=dict(in_channels=128, out_channels=26))

# data loaders: the first 26 of Halpe's 136 keypoints
halpe26 = _base_.halpe26_converter
train_dataset = _base_.train_dataloader.dataset
train_pipeline = [t for t in train_dataset.pop('pipeline') if t['type'] != 'ConfidentKeypoints']  # which comes before
val_dataset = _base_.val_dataloader.dataset
val_pipeline = val_dataset.pop('pipeline')
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='CombinedDataset',
        metainfo=_base_.halpe26_metainfo,
        datasets=[dict(train_dataset, pipeline=[_base_.confident_keypoints, halpe26])],
        pipeline=train_pipeline))
val_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='CombinedDataset',
        metainfo=_base_.halpe26_metainfo,
        datasets=[dict(val_dataset, pipeline=[halpe26])],
        pipeline=val_pipeline,
        test_mode=True))
test_dataloader = val_dataloader

# evaluators
val_evaluator = dict(type='PersonScoreCocoMetric', gt_converter=halpe26)
test_evaluator = val_evaluator
