_base_ = '../_base_/synthetic_query.py'

# runtime
train_cfg = dict(max_epochs=5)
optim_wrapper = dict(optimizer=dict(lr=4e-3), clip_grad=dict(max_norm=0.1))
param_scheduler = [
    dict(type='LinearLR', begin=0, end=100, start_factor=0.01, by_epoch=False),
    dict(type='CosineAnnealingLR', begin=0, end=5, by_epoch=True, convert_to_iter_based=True)
]

# codec settings
sigmoid_refinement_label = dict(type='SigmoidRefinementLabel', input_size=(96, 128), sigma=1.5)
codec = dict(_delete_=True, **sigmoid_refinement_label)

# model settings: strides 8 to 32, one encoder layer
model = dict(
    backbone=dict(out_indices=(1, 2, 3)),
    neck=dict(in_channels=[32, 64, 128]),
    head=dict(
        type='TFPoseHead',
        feature_levels=(0, 1, 2),
        num_encoder_layers=1,
        heatmap_loss=dict(type='KeypointMSELoss', use_target_weight=True, loss_weight=50.0),
        decoder=sigmoid_refinement_label))

# pipelines
changed = dict(GenerateTarget=dict(type='GenerateTarget', encoder=sigmoid_refinement_label))
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
