_base_ = 'td-hm_fastpose-res50_4xb32-270e_coco-256x192.py'

# model settings: a plain ResNet-152 with dense upsampling convolutions
model = dict(
    backbone=dict(
        type='FastPoseDUC',
        depth=152,
        conv_dim=256,
        squeeze_excitation=False,
        init_cfg=dict(checkpoint='torchvision://resnet152')),
    head=dict(in_channels=256))
