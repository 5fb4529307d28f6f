_base_ = ['td-hm_fastpose-res50_4xb32-270e_coco-256x192.py', '../_base_/sikr.py']

# codec settings
codec = dict(_delete_=True, **_base_.sikr_label)

# model settings
model = dict(
    head=dict(
        _delete_=True,
        in_channels=128,
        out_channels=17,
        final_layer=dict(kernel_size=3, padding=1),
        **_base_.sikr_head),
    test_cfg=_base_.sikr_test_cfg)

# pipelines
changed = dict(GenerateTarget=dict(type='GenerateTarget', encoder=_base_.sikr_label))
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
