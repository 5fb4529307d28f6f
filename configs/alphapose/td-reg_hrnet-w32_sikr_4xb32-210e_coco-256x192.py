_base_ = '../hrnet/td-hm_hrnet-w32_4xb32-210e_coco-256x192.py'

# codec settings
sikr_label = dict(type='SIKRLabel', input_size=(192, 256), heatmap_size=(48, 64))
codec = dict(_delete_=True, **sikr_label)

# model settings
model = dict(
    head=dict(
        _delete_=True,
        type='SIKRHead',
        in_channels=32,
        out_channels=17,
        normalization='sigmoid',
        amplitude=2,
        decoder=sikr_label))

# pipelines
train_pipeline = _base_.train_pipeline
train_pipeline[6] = dict(type='GenerateTarget', encoder=sikr_label)
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
