# TFPose's published recipe: AdamW, 4e-3, a tenth of it on backbone and sampling offsets, cosine; epochs and GPUs are
# ours; gradients are clipped as Deformable DETR's (docs/studies/tfpose_rates.md). A config adds keypoints and codec to its
# head.
_base_ = ['plugin.py', 'channel_mapper.py']

tfpose_optim_wrapper = dict(
    optimizer=dict(type='AdamW', lr=4e-3, betas=(0.9, 0.999), weight_decay=1e-4),
    paramwise_cfg=dict(custom_keys={'backbone': dict(lr_mult=0.1), 'sampling_offsets': dict(lr_mult=0.1)}),
    clip_grad=dict(max_norm=0.1),
    constructor='MergedOptimWrapperConstructor')
tfpose_param_scheduler = [
    dict(type='LinearLR', begin=0, end=500, start_factor=0.001, by_epoch=False),
    dict(type='CosineAnnealingLR', begin=0, end=210, by_epoch=True, convert_to_iter_based=True)
]

tfpose_head = dict(
    type='TFPoseHead',
    in_channels=256,
    num_encoder_layers=6,
    num_layers=6,
    heatmap_loss=dict(type='KeypointMSELoss', use_target_weight=True, loss_weight=50.0))
