_base_ = 'td-reg_fastpose-res50_sikr_4xb48-265e_halpe-256x192.py'

# runtime
train_cfg = dict(max_epochs=270)
param_scheduler = _base_.alphapose_270e.param_scheduler
changed = dict(InsertTransformHook=_base_.alphapose_270e.jitter)
custom_hooks = [changed.get(hook['type'], hook) for hook in _base_.custom_hooks]

# model settings
model = dict(backbone=_base_.alphapose_dcn)
