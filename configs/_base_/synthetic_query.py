# The small networks of Poseur and TFPose: ResNet-18 with a quarter of the channels, 64 for each level that is read and for
# both decoder layers. A config that inherits this one adds levels, head, codec and how long it trains.
_base_ = 'synthetic_heatmap.py'

# runtime
optim_wrapper = dict(
    optimizer=dict(_delete_=True, type='AdamW', lr=2e-3, weight_decay=1e-4),
    paramwise_cfg=dict(custom_keys={'sampling_offsets': dict(lr_mult=0.1)}),
    constructor='MergedOptimWrapperConstructor')

# model settings
model = dict(
    backbone=dict(type='ResNet', depth=18, stem_channels=16, base_channels=16),
    neck=dict(
        type='ChannelMapper', out_channels=64, kernel_size=1, norm_cfg=dict(type='GN', num_groups=8), act_cfg=None),
    head=dict(
        in_channels=64,
        out_channels=17,
        num_layers=2,
        num_heads=4,
        num_points=2,
        feedforward_channels=128,
        dropout=0.0),
    test_cfg=dict(_delete_=True, flip_test=True, shift_coords=True))
