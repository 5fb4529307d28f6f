# TransPose's published recipe, R-A4 and H-A6. A config adds keypoints, codec and the size of the feature map to its head, and
# on COCO the epochs, which are R's or H's.
_base_ = ['plugin.py', 'augmentation.py']

transpose_coco_optim_wrapper = dict(optimizer=dict(lr=1e-4))

# fine-tuned from a COCO model: the new final layer learns ten times as fast as the others
transpose_mpii_optim_wrapper = dict(
    optimizer=dict(lr=1e-5), paramwise_cfg=dict(custom_keys={'head.final_layer': dict(lr_mult=10)}),
    constructor='MergedOptimWrapperConstructor')
transpose_mpii_param_scheduler = [dict(type='CosineAnnealingLR', begin=0, end=100, eta_min_ratio=0.1, by_epoch=True)]

# unrounded Gaussians, and crops and heatmaps whose corner pixels lie on each other, so that a mirrored heatmap needs no shift
transpose_test_cfg = dict(flip_test=True, flip_mode='heatmap', shift_heatmap=False)

# ResNet-S: the stem and the first two stages of ResNet-50
transpose_r_backbone = dict(num_stages=2, strides=(1, 2), dilations=(1, 1), out_indices=(1, ))
transpose_r_head = dict(
    type='TransPoseHead',
    in_channels=512,
    embed_dims=256,
    num_layers=4,
    num_heads=8,
    feedforward_channels=1024,
    position_encoding='sine',
    upsample='deconv',
    loss=dict(type='KeypointMSELoss', use_target_weight=True),
    # PyTorch's own way, but for the last layer; H's are all drawn as the last layer, which is MMPose's way
    init_cfg=dict(
        type='Kaiming',
        layer=['Conv2d', 'ConvTranspose2d'],
        a=5**0.5,
        mode='fan_in',
        nonlinearity='leaky_relu',
        distribution='uniform',
        override=dict(type='Normal', name='final_layer', std=0.001)))

# after HRNet-S of width 48
transpose_h_head = dict(
    type='TransPoseHead',
    in_channels=48,
    embed_dims=96,
    num_layers=6,
    num_heads=1,
    feedforward_channels=192,
    position_encoding='sine',
    upsample='none',
    loss=dict(type='KeypointMSELoss', use_target_weight=True))
