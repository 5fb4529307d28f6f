_base_ = 'td-reg_fastpose-res50_sikr_4xb48-265e_coco-wholebody-256x192.py'

# runtime
train_cfg = dict(max_epochs=270)
param_scheduler = _base_.alphapose_270e.param_scheduler
changed = dict(InsertTransformHook=_base_.alphapose_270e.jitter)
custom_hooks = [changed.get(hook['type'], hook) for hook in _base_.custom_hooks]
auto_scale_lr = dict(base_batch_size=128)

# codec settings
codec = _base_.sikr_combined_label

# model settings: body and feet as heatmaps, face and hands as integrals
model = dict(
    backbone=dict(conv_dim=256),
    head=dict(
        in_channels=256,
        keypoint_groups=[
            dict(keypoints=list(range(23)), supervision='heatmap'),
            dict(keypoints=list(range(23, 133)))
        ],
        **_base_.sikr_combined_head))

# pipelines
changed = dict(GenerateTarget=dict(type='GenerateTarget', encoder=codec))
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
train_dataloader = dict(batch_size=32, dataset=dict(pipeline=train_pipeline))
