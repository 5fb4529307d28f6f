_base_ = ['../hrnet/td-hm_hrnet-w32_4xb32-210e_coco-256x192.py', '../_base_/sikr.py']

# codec settings
codec = dict(_delete_=True, **_base_.sikr_label)

# model settings
model = dict(
    head=dict(_delete_=True, in_channels=32, out_channels=17, **_base_.sikr_head), test_cfg=_base_.sikr_test_cfg)

# pipelines
changed = dict(GenerateTarget=dict(type='GenerateTarget', encoder=_base_.sikr_label))
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
