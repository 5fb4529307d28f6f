_base_ = ['../_base_/lsp_heatmap.py', '../_base_/mobilenetv2.py']

# runtime: the card of the packaged model tells this seed
randomness = dict(seed=0)

# model settings: MobileNetV2, its strides 16 and 32 together, two deconvolutions to heatmaps. Pictures are normalised as
# those that the packaged weights began with were.
model = dict(
    data_preprocessor=dict(mean=[127.0] * 3, std=[127.5] * 3),
    backbone=dict(out_indices=(4, 6), **_base_.mobilenetv2),
    neck=dict(type='FeatureMapProcessor', select_index=(0, 1), concat=True),
    head=dict(
        type='HeatmapHead',
        in_channels=96 + 320,
        out_channels=14,
        deconv_out_channels=(96, 96),
        deconv_kernel_sizes=(4, 4),
        loss=_base_.heatmap_loss,
        decoder=_base_.codec))
