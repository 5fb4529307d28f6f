_base_ = 'td-reg_fastpose-res50_sikr_8xb32-320e_halpe-joint-256x192.py'

# codec settings
codec = dict(type='SIKRLabel', input_size=(192, 256), heatmap_size=(48, 64), sigma=2)

# model settings: body and feet as heatmaps, face and hands as integrals
model = dict(
    head=dict(
        keypoint_groups=[
            dict(keypoints=list(range(26)), supervision='heatmap'),
            dict(keypoints=list(range(26, 136)))
        ],
        heatmap_loss=dict(type='KeypointMSELoss', use_target_weight=True, loss_weight=0.5 * 100),
        loss=dict(type='L1Loss', reduction='sum', use_target_weight=True, loss_weight=0.01),
        decoder=codec))

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
