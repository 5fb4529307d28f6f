_base_ = '../_base_/lsp_query.py'

# runtime: gradients of a likelihood are large and uneven; clipped, every step counts alike
optim_wrapper = dict(clip_grad=dict(max_norm=0.1))

# codec settings
rle_laplace_label = dict(type='RLELaplaceLabel', input_size=(96, 128), score='integral', a=0.2)
codec = rle_laplace_label

# model settings: the last level is MobileNetV2's of 1280 channels, as published. Coarse keypoints begin in the middle of the
# input and not in its corner, to which a short training takes long.
model = dict(
    backbone=dict(out_indices=(1, 2, 4, 7)),
    neck=dict(in_channels=[24, 32, 96, 1280]),
    head=dict(
        type='PoseurHead',
        noise=dict(num_groups=1, num_points=4, variance=0.2),
        init_cfg=dict(type='Normal', std=0.05, bias=0.5, override=dict(name='coarse_keypoints')),
        decoder=rle_laplace_label))

# pipelines
changed = dict(GenerateTarget=dict(type='GenerateTarget', encoder=rle_laplace_label))
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
