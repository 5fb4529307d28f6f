_base_ = [
    'mmpose::body_2d_keypoint/topdown_regression/coco/td-reg_res50_8xb64-210e_coco-256x192.py', '../_base_/plugin.py'
]

# the published recipe: AdamW, 4e-3, a tenth of it on the backbone and on sampling offsets, cosine; epochs and GPUs are ours
optim_wrapper = dict(
    optimizer=dict(_delete_=True, type='AdamW', lr=4e-3, betas=(0.9, 0.999), weight_decay=1e-4),
    paramwise_cfg=dict(custom_keys={'backbone': dict(lr_mult=0.1), 'sampling_offsets': dict(lr_mult=0.1)}))
param_scheduler = [
    dict(type='LinearLR', begin=0, end=500, start_factor=0.001, by_epoch=False),
    dict(type='CosineAnnealingLR', begin=0, end=210, by_epoch=True, convert_to_iter_based=True)
]
auto_scale_lr = dict(base_batch_size=256)

# codec settings
sigmoid_refinement_label = dict(type='SigmoidRefinementLabel', input_size=(192, 256))
codec = dict(_delete_=True, **sigmoid_refinement_label)

# model settings
model = dict(
    backbone=dict(type='ResNet', depth=50, out_indices=(0, 1, 2, 3)),
    neck=dict(
        _delete_=True,
        type='ChannelMapper',
        in_channels=[256, 512, 1024, 2048],
        out_channels=256,
        kernel_size=1,
        norm_cfg=dict(type='GN', num_groups=32),
        act_cfg=None),
    head=dict(
        _delete_=True,
        type='TFPoseHead',
        in_channels=256,
        out_channels=17,
        num_encoder_layers=6,
        num_layers=6,
        heatmap_loss=dict(type='KeypointMSELoss', use_target_weight=True, loss_weight=50.0),
        decoder=sigmoid_refinement_label))

# pipelines
train_pipeline = _base_.train_pipeline
train_pipeline[6] = dict(type='GenerateTarget', encoder=sigmoid_refinement_label)
train_dataloader = dict(batch_size=32, dataset=dict(pipeline=train_pipeline))
