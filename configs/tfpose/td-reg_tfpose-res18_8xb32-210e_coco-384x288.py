_base_ = 'td-reg_tfpose-res50_8xb32-210e_coco-384x288.py'

# model settings
model = dict(
    backbone=dict(depth=18, init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet18')),
    neck=dict(in_channels=[64, 128, 256, 512]))
