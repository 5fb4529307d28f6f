_base_ = [
    'mmpose::body_2d_keypoint/topdown_heatmap/mpii/td-hm_res50_8xb64-210e_mpii-256x256.py',
    '../_base_/transpose_recipe.py'
]

# fine-tuned from a COCO model
load_from = 'checkpoints/transpose-r-a4_coco-256x192.pth'
train_cfg = dict(max_epochs=100)
optim_wrapper = _base_.transpose_mpii_optim_wrapper
param_scheduler = _base_.transpose_mpii_param_scheduler
auto_scale_lr = dict(base_batch_size=20)
default_hooks = dict(checkpoint=dict(type='WholeCheckpointHook'))

# codec settings
udp_heatmap = dict(
    type='UDPHeatmap', input_size=(256, 256), heatmap_size=(64, 64), sigma=2, blur_kernel_size=11)
codec = dict(_delete_=True, **udp_heatmap)

# model settings
model = dict(
    backbone=dict(init_cfg=None, **_base_.transpose_r_backbone),
    head=dict(
        _delete_=True,
        out_channels=16,
        feature_size=(32, 32),  # the input's size divided by the backbone's stride, 8
        decoder=udp_heatmap,
        **_base_.transpose_r_head),
    test_cfg=_base_.transpose_test_cfg)

# pipelines
changed = dict(
    RandomFlip=_base_.flip,
    RandomBBoxTransform=_base_.mpii_bbox_transform,
    TopdownAffine=dict(type='TopdownAffine', input_size=udp_heatmap['input_size'], use_udp=True),
    GenerateTarget=dict(type='GenerateTarget', encoder=udp_heatmap))
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
val_pipeline = [changed.get(t['type'], t) for t in _base_.val_pipeline]
train_dataloader = dict(batch_size=20, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader
