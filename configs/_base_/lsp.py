# Leeds Sports Pose and LSP Extended, as tools/prepare_data.py writes them, at 128x96, on two cores. LSP's pictures count
# twice: their labels are better, and the test is of their kind. A config that inherits this one adds codec, model and, where
# they differ, recipe and pipelines.
_base_ = ['runtime.py']

# runtime: AdamW with a warm-up and cosine; the mean of the weights is what is tested
train_cfg = dict(max_epochs=30, val_interval=5)
optim_wrapper = dict(optimizer=dict(type='AdamW', lr=1e-3, weight_decay=1e-2))
param_scheduler = [
    dict(type='LinearLR', begin=0, end=300, start_factor=0.01, by_epoch=False),
    dict(type='CosineAnnealingLR', begin=0, end=30, by_epoch=True, convert_to_iter_based=True)
]
default_hooks = dict(checkpoint=dict(save_best='pck/PCK', rule='greater', max_keep_ckpts=1, interval=1))
custom_hooks = [
    dict(type='ChannelsLastHook'),  # convolutions are faster on a CPU when channels come last
    dict(type='EMAHook', ema_type='MergedExpMomentumEMA', momentum=0.001, update_buffers=True, priority=49)
]
auto_scale_lr = dict(base_batch_size=32)

# model settings: pictures are normalised as for torchvision's weights of ImageNet, or by MOBILENETV2_STD around 127 where
# MOBILENETV2 names a file of other ones
own_std = float('{{$MOBILENETV2_STD:0}}')
normalization = dict(mean=[127.0] * 3, std=[own_std] * 3) if own_std else dict(
    mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375])
model = dict(
    type='TopdownPoseEstimator',
    data_preprocessor=dict(type='PoseDataPreprocessor', bgr_to_rgb=True, **normalization))

# data loaders
dataset_type = 'LSPDataset'
data_mode = 'topdown'
dataset = dict(type=dataset_type, data_mode=data_mode, data_prefix=dict(img='images/'))
lsp_train = dict(data_root='data/lsp/', ann_file='annotations/lsp_train.json', **dataset)
lspet_train = dict(data_root='data/lspet/', ann_file='annotations/lspet_train.json', **dataset)
lsp_test = dict(data_root='data/lsp/', ann_file='annotations/lsp_test.json', **dataset)
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='GetBBoxCenterScale'),
    dict(type='QuickFlip', direction='horizontal'),
    dict(type='RandomBBoxTransform', shift_prob=0.0, scale_factor=(0.75, 1.25), rotate_factor=45),
    dict(type='TopdownAffine', input_size=(96, 128)),
    dict(type='GenerateTarget'),
    dict(type='PackPoseInputs')
]
val_pipeline = [
    dict(type='LoadImage'),
    dict(type='GetBBoxCenterScale'),
    dict(type='TopdownAffine', input_size=(96, 128)),
    dict(type='PackPoseInputs')
]
train_dataloader = dict(
    batch_size=32,
    num_workers=0,  # on two cores a worker takes from the network more time than it saves
    persistent_workers=False,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='CombinedDataset',
        metainfo=dict(from_file='{{ fileDirname }}/datasets/lsp.py'),  # found from any folder
        datasets=[dict(type='RepeatDataset', dataset=lsp_train, times=2), lspet_train],
        pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=64,
    num_workers=0,
    persistent_workers=False,
    drop_last=False,
    sampler=dict(type='DefaultSampler', shuffle=False, round_up=False),
    dataset=dict(**lsp_test, test_mode=True, pipeline=val_pipeline))
test_dataloader = val_dataloader

# all joints count; the head is neck and head top
val_evaluator = dict(type='PCKMetric', groups=dict(head=['neck', 'head_top']))
test_evaluator = val_evaluator
