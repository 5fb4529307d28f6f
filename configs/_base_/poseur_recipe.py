# Poseur's published recipe, with --amp in training but for whole bodies. A config adds keypoints and codec to its head.
_base_ = ['plugin.py', 'channel_mapper.py', 'augmentation.py']

poseur_optim_wrapper = dict(
    optimizer=dict(type='AdamW', lr=1e-3, weight_decay=1e-4),
    paramwise_cfg=dict(custom_keys={'sampling_offsets': dict(lr_mult=0.1)}),
    constructor='MergedOptimWrapperConstructor')
poseur_param_scheduler = [
    dict(type='LinearLR', begin=0, end=500, start_factor=0.001, by_epoch=False),
    dict(type='MultiStepLR', begin=0, end=325, milestones=[255, 310], gamma=0.1, by_epoch=True)
]

# the published code multiplies scores by 0.7; a coordinate is mirrored without the shift that MMPose has
poseur_label = dict(type='RLELaplaceLabel', score='integral', a=0.2, factor=0.7)
poseur_test_cfg = dict(flip_test=True, shift_coords=False)

poseur_head = dict(
    type='PoseurHead',
    in_channels=256,
    num_layers=6,
    query_start='coarse',
    noise=dict(num_groups=3, num_points=12, variance=0.2))
