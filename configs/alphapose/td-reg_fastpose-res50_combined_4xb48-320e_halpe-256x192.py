_base_ = 'td-reg_fastpose-res50_sikr_4xb48-265e_halpe-256x192.py'

# runtime
train_cfg = dict(max_epochs=320)
param_scheduler = _base_.alphapose_320e.param_scheduler
changed = dict(InsertTransformHook=_base_.alphapose_320e.jitter)
custom_hooks = [changed.get(hook['type'], hook) for hook in _base_.custom_hooks]

# codec settings
codec = _base_.sikr_combined_label

# model settings: body and feet as heatmaps, face and hands as integrals
model = dict(
    head=dict(
        keypoint_groups=[
            dict(keypoints=list(range(26)), supervision='heatmap'),
            dict(keypoints=list(range(26, 136)))
        ],
        **_base_.sikr_combined_head))

# pipelines
changed = dict(GenerateTarget=dict(type='GenerateTarget', encoder=codec))
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
