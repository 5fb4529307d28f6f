_base_ = 'td-reg_poseur-res50_8xb32-325e_coco-256x192.py'

# codec settings
codec = dict(type='RLELaplaceLabel', input_size=(288, 384), score='integral', a=0.2)

# model settings: all branches of HRNet
model = dict(
    backbone=dict(
        _delete_=True,
        type='HRNet',
        in_channels=3,
        extra=dict(
            stage1=dict(num_modules=1, num_branches=1, block='BOTTLENECK', num_blocks=(4, ), num_channels=(64, )),
            stage2=dict(num_modules=1, num_branches=2, block='BASIC', num_blocks=(4, 4), num_channels=(48, 96)),
            stage3=dict(
                num_modules=4, num_branches=3, block='BASIC', num_blocks=(4, 4, 4), num_channels=(48, 96, 192)),
            stage4=dict(
                num_modules=3,
                num_branches=4,
                block='BASIC',
                num_blocks=(4, 4, 4, 4),
                num_channels=(48, 96, 192, 384),
                multiscale_output=True)),
        init_cfg=dict(
            type='Pretrained',
            checkpoint='https://download.openmmlab.com/mmpose/pretrain_models/hrnet_w48-8ef0771d.pth')),
    neck=dict(in_channels=[48, 96, 192, 384]),
    head=dict(decoder=codec))

# pipelines
changed = dict(
    TopdownAffine=dict(type='TopdownAffine', input_size=codec['input_size']),
    GenerateTarget=dict(type='GenerateTarget', encoder=codec))
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
val_pipeline = [changed.get(t['type'], t) for t in _base_.val_pipeline]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader
