_base_ = ['../_base_/lsp.py', '../_base_/mobilenetv2.py']

# codec settings
sikr_label = dict(type='SIKRLabel', input_size=(96, 128), heatmap_size=(24, 32))
codec = sikr_label

# model settings: MobileNetV2, its strides 16 and 32 together, two deconvolutions. Heatmaps begin nearly empty, else the
# background's mass outweighs every peak at first.
model = dict(
    backbone=dict(out_indices=(4, 6), **_base_.mobilenetv2),
    neck=dict(type='FeatureMapProcessor', select_index=(0, 1), concat=True),
    head=dict(
        type='SIKRHead',
        in_channels=96 + 320,
        out_channels=14,
        normalization='sigmoid',
        deconv_out_channels=(96, 96),
        deconv_kernel_sizes=(4, 4),
        init_cfg=[
            dict(type='Normal', layer=['Conv2d', 'ConvTranspose2d'], std=0.001),
            dict(type='Constant', layer='BatchNorm2d', val=1),
            dict(type='Normal', std=0.01, bias=-5, override=dict(name='final_layer'))
        ],
        decoder=sikr_label),
    # averages coordinates: heatmaps can be shifted by whole pixels only, while the mirror's lie three quarters of one off
    test_cfg=dict(flip_test=True, flip_mode='coordinate', shift_coords=True))

# pipelines
changed = dict(GenerateTarget=dict(type='GenerateTarget', encoder=sikr_label))
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
