# Synthetic people in COCO's format, made by tools/make_synthetic_data.py (`make demo` does it), and the schedule that
# fits a few minutes on two cores. A config that inherits this one adds codec, model and pipelines.
_base_ = ['mmpose::_base_/default_runtime.py', 'plugin.py']

# images a second decide here, so no worker waits for another and convolutions run channels-last
custom_hooks = [dict(type='ChannelsLastHook')]
env_cfg = dict(dist_cfg=dict(backend='gloo'))

train_dataloader = dict(
    batch_size=32,
    num_workers=2,
    persistent_workers=True,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='CocoDataset',
        data_root='data/synthetic/coco/',
        data_mode='topdown',
        ann_file='annotations/person_keypoints_train2017.json',
        data_prefix=dict(img='train2017/')))
val_dataloader = dict(
    batch_size=64,
    num_workers=1,
    persistent_workers=True,
    drop_last=False,
    sampler=dict(type='DefaultSampler', shuffle=False, round_up=False),
    dataset=dict(
        type='CocoDataset',
        data_root='data/synthetic/coco/',
        data_mode='topdown',
        ann_file='annotations/person_keypoints_val2017.json',
        data_prefix=dict(img='val2017/'),
        test_mode=True))
test_dataloader = val_dataloader

# without ann_file the metric takes the truth from the data set: true boxes are given, none are detected
val_evaluator = dict(type='CocoMetric')
test_evaluator = val_evaluator
