_base_ = 'td-reg_fastpose-res50_combined_4xb32-270e_coco-wholebody-256x192.py'

# runtime
train_cfg = dict(max_epochs=320)
param_scheduler = _base_.alphapose_320e.param_scheduler
changed = dict(InsertTransformHook=_base_.alphapose_320e.jitter)
custom_hooks = [changed.get(hook['type'], hook) for hook in _base_.custom_hooks]

# model settings
model = dict(backbone=_base_.alphapose_dcn)
