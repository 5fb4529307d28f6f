_base_ = 'td-hm_fastpose-res50_8xb32-270e_coco-256x192.py'

# codec settings
sikr_label = dict(type='SIKRLabel', input_size=(192, 256), heatmap_size=(48, 64))
codec = dict(_delete_=True, **sikr_label)

# model settings
model = dict(
    head=dict(
        _delete_=True,
        type='SIKRHead',
        in_channels=128,
        out_channels=17,
        normalization='sigmoid',
        amplitude=2,
        final_layer=dict(kernel_size=3, padding=1),
        decoder=sikr_label))

# pipelines
train_pipeline = _base_.train_pipeline
train_pipeline[6] = dict(type='GenerateTarget', encoder=sikr_label)
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
custom_hooks = [
    *_base_.custom_hooks[:-1],
    dict(
        type='mmdet.PipelineSwitchHook',
        switch_epoch=210,
        switch_pipeline=[train_pipeline[0], dict(type='BBoxJitter'), *train_pipeline[1:]])
]
