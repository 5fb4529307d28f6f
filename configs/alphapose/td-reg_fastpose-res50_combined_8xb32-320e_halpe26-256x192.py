_base_ = 'td-reg_fastpose-res50_sikr_8xb32-320e_halpe26-256x192.py'

# codec settings
codec = dict(type='SIKRLabel', input_size=(192, 256), heatmap_size=(48, 64), sigma=2)

# model settings: body and feet as heatmaps; there is no face and no hand to learn as integrals
model = dict(head=dict(keypoint_groups=[dict(keypoints=list(range(26)), supervision='heatmap')], decoder=codec))

# pipelines
train_pipeline = _base_.train_pipeline
train_pipeline[6] = dict(type='GenerateTarget', encoder=codec)
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
custom_hooks = [
    *_base_.custom_hooks[:-1],
    dict(
        type='mmdet.PipelineSwitchHook',
        switch_epoch=230,
        switch_pipeline=[train_pipeline[0], dict(type='BBoxJitter'), *train_pipeline[1:]])
]
