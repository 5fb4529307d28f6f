_base_ = ['td-reg_poseur-res50_8xb32-325e_coco-256x192.py', '../_base_/hrnet_w48.py']

# codec settings
codec = dict(input_size=(288, 384), **_base_.poseur_label)

# model settings: all branches of HRNet
hrnet_w48 = _base_.hrnet_w48
hrnet_w48.extra.stage4.multiscale_output = True
model = dict(
    backbone=dict(_delete_=True, **hrnet_w48),
    neck=dict(in_channels=[48, 96, 192, 384]),
    head=dict(decoder=codec))

# pipelines: colours are changed and an ellipse is blackened after the crop
affine = dict(type='TopdownAffine', input_size=codec['input_size'])
expanded = dict(
    TopdownAffine=[affine, dict(type='ColorDistortion'),
                   dict(type='EllipseCutout')],
    GenerateTarget=[dict(type='GenerateTarget', encoder=codec)])
train_pipeline = [new for t in _base_.train_pipeline for new in expanded.get(t['type'], [t])]
changed = dict(TopdownAffine=affine)
val_pipeline = [changed.get(t['type'], t) for t in _base_.val_pipeline]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader
