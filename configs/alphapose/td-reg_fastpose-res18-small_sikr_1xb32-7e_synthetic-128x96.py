_base_ = '../_base_/synthetic_heatmap.py'

# codec settings
sikr_label = dict(type='SIKRLabel', input_size=(96, 128), heatmap_size=(24, 32))
codec = dict(_delete_=True, **sikr_label)

# model settings: SE-ResNet-18 with a quarter of the channels
model = dict(
    backbone=dict(type='FastPose', depth=18, stem_channels=16, base_channels=16, conv_dim=16),
    head=dict(
        type='SIKRHead',
        in_channels=16,
        out_channels=17,
        normalization='sigmoid',
        final_layer=dict(kernel_size=3, padding=1),
        decoder=sikr_label),
    # averages coordinates: heatmaps can be shifted by whole pixels only, while the mirror's lie three quarters of one off
    test_cfg=dict(_delete_=True, flip_test=True, flip_mode='coordinate', shift_coords=True))

# pipelines
changed = dict(GenerateTarget=dict(type='GenerateTarget', encoder=sikr_label))
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
