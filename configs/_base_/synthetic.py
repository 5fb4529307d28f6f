# Synthetic people in COCO's format, made by tools/make_synthetic_data.py (`make demo` does it), on two cores. A config that
# inherits this one adds recipe, codec, model and pipelines.
_base_ = 'runtime.py'

# convolutions are faster on a CPU when channels come last
custom_hooks = [dict(type='ChannelsLastHook')]

# data loaders
dataset_type = 'CocoDataset'
data_mode = 'topdown'
data_root = 'data/synthetic/coco/'
train_dataloader = dict(
    batch_size=32,
    num_workers=0,  # on two cores a worker takes from the network more time than it saves
    persistent_workers=False,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        data_mode=data_mode,
        ann_file='annotations/person_keypoints_train2017.json',
        data_prefix=dict(img='train2017/')))
val_dataloader = dict(
    batch_size=64,
    num_workers=0,
    persistent_workers=False,
    drop_last=False,
    sampler=dict(type='DefaultSampler', shuffle=False, round_up=False),
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        data_mode=data_mode,
        ann_file='annotations/person_keypoints_val2017.json',
        data_prefix=dict(img='val2017/'),
        test_mode=True))
test_dataloader = val_dataloader

# without ann_file the metric takes the truth from the data set: true boxes are given, none are detected
val_evaluator = [dict(type='QuickCocoMetric'), dict(type='ScoreRankMetric')]
test_evaluator = val_evaluator
