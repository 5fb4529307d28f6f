_base_ = 'td-reg_fastpose-res50_sikr_4xb48-265e_halpe-256x192.py'

# model settings
model = dict(head=dict(out_channels=26, keypoint_groups=None))

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
