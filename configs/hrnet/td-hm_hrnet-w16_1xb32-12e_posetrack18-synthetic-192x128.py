# The demo's network on drawn videos, evaluated with the tracks of its people, at a size at which the near leg of somebody who
# walks by can be told from the far one. The data are made by
#     tools/make_synthetic_data.py data/synthetic/videos --format posetrack18 --difficulty medium --people 16000 1600 \
#         --frames 4 --walkers 4
_base_ = ['td-hm_hrnet-w16_1xb32-7e_synthetic-128x96.py', '../_base_/posetrack18.py']

# runtime
train_cfg = dict(max_epochs=12)
param_scheduler = [
    dict(type='LinearLR', begin=0, end=100, start_factor=0.01, by_epoch=False),
    dict(type='CosineAnnealingLR', begin=0, end=12, by_epoch=True, convert_to_iter_based=True)
]

# codec settings
codec = dict(
    type='MSRAHeatmap', input_size=(128, 192), heatmap_size=(32, 48), sigma=2, unbiased=True, blur_kernel_size=11)

# model settings
model = dict(head=dict(decoder=codec))

# pipelines
changed = dict(
    TopdownAffine=dict(type='TopdownAffine', input_size=codec['input_size']),
    GenerateTarget=dict(type='GenerateTarget', encoder=codec))
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
val_pipeline = [changed.get(t['type'], t) for t in _base_.val_pipeline]

# data loaders
dataset_type = 'PoseTrack18Dataset'
data_root = 'data/synthetic/videos/'
train_dataloader = dict(
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        ann_file='annotations/posetrack18_train.json',
        data_prefix=dict(img=''),
        pipeline=train_pipeline))
val_dataloader = dict(
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        ann_file='annotations/posetrack18_val.json',
        data_prefix=dict(img=''),
        pipeline=val_pipeline))
test_dataloader = val_dataloader

# every frame counts, and keypoints of small people do from a lower score on
val_evaluator = [
    dict(
        ann_file=f'{data_root}annotations/posetrack18_val.json',
        reading='frames',
        track_score_thr=0.2,
        **_base_.posetrack_evaluator)
]
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best='posetrack18/Total MOTA'))
