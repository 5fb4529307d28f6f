# Heatmaps of 24x32 on Leeds Sports Pose, decoded as DARK does. A config that inherits this one adds backbone and head.
_base_ = 'lsp.py'

# codec settings
codec = dict(
    type='MSRAHeatmap', input_size=(96, 128), heatmap_size=(24, 32), sigma=1.5, unbiased=True, blur_kernel_size=7)

# model settings
heatmap_loss = dict(type='KeypointMSELoss', use_target_weight=True, loss_weight=1000)
model = dict(test_cfg=dict(flip_test=True, flip_mode='heatmap', shift_heatmap=True))

# pipelines
changed = dict(GenerateTarget=dict(type='GenerateTarget', encoder=codec))
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
