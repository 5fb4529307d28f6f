_base_ = 'td-reg_fastpose-res50_sikr_4xb48-265e_coco-wholebody-256x192.py'

# runtime
train_cfg = dict(max_epochs=270)
param_scheduler = _base_.alphapose_270e.param_scheduler
changed = dict(InsertTransformHook=_base_.alphapose_270e.jitter)
custom_hooks = [changed.get(hook['type'], hook) for hook in _base_.custom_hooks]
auto_scale_lr = dict(base_batch_size=128)

# model settings
model = dict(
    backbone=dict(depth=152, conv_dim=256, init_cfg=dict(checkpoint='torchvision://resnet152')),
    head=dict(in_channels=256))

# pipelines: whole people alone
changed = dict(ClippedBBoxTransform=_base_.alphapose_res152_bbox_transform)
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline if t['type'] != 'WholeBodyHalfBody']
train_dataloader = dict(batch_size=32, dataset=dict(pipeline=train_pipeline))
