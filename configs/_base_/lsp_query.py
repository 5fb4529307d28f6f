# Poseur and TFPose on Leeds Sports Pose: four levels of MobileNetV2 from ImageNet as 96 channels each, three decoder layers.
# A config that inherits this one adds head and codec.
_base_ = ['lsp.py', 'mobilenetv2.py']

# runtime
optim_wrapper = dict(
    optimizer=dict(weight_decay=1e-4), paramwise_cfg=dict(custom_keys={'sampling_offsets': dict(lr_mult=0.1)}),
    constructor='MergedOptimWrapperConstructor')

# model settings
model = dict(
    backbone=dict(out_indices=(1, 2, 4, 6), **_base_.mobilenetv2),
    neck=dict(
        type='ChannelMapper',
        in_channels=[24, 32, 96, 320],
        out_channels=96,
        kernel_size=1,
        norm_cfg=dict(type='GN', num_groups=8),
        act_cfg=None),
    head=dict(
        in_channels=96,
        out_channels=14,
        num_layers=3,
        num_heads=4,
        num_points=4,
        feedforward_channels=192,
        dropout=0.0),
    test_cfg=dict(flip_test=True, shift_coords=True))
