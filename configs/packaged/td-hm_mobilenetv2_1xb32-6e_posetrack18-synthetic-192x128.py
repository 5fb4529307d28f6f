# The packaged model, trained on with drawn videos and evaluated with the tracks of their people. The data are made by
#     tools/make_synthetic_data.py data/synthetic/videos --format posetrack18 --difficulty medium --people 16000 1600 \
#         --frames 4 --walkers 4
_base_ = ['../_base_/synthetic_heatmap.py', '../_base_/posetrack18.py']

load_from = 'pose_plugins://small-person'

# runtime
train_cfg = dict(max_epochs=6)
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [
    dict(type='LinearLR', begin=0, end=100, start_factor=0.01, by_epoch=False),
    dict(type='CosineAnnealingLR', begin=0, end=6, by_epoch=True, convert_to_iter_based=True)
]

# codec settings
codec = dict(
    type='MSRAHeatmap', input_size=(128, 192), heatmap_size=(32, 48), sigma=2, unbiased=True, blur_kernel_size=11)

# model settings: the packaged one's, with PoseTrack's keypoints
model = dict(
    data_preprocessor=dict(mean=[127.0] * 3, std=[127.5] * 3),
    backbone=dict(type='MobileNetV2S', frozen_stages=2, out_indices=(4, 6)),
    neck=dict(type='FeatureMapProcessor', select_index=(0, 1), concat=True),
    head=dict(
        type='HeatmapHead',
        in_channels=96 + 320,
        out_channels=17,
        deconv_out_channels=(96, 96),
        deconv_kernel_sizes=(4, 4),
        loss=dict(type='KeypointMSELoss', use_target_weight=True, loss_weight=1000),
        decoder=codec))

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
