_base_ = 'td-hm_transpose-h-a6_8xb32-240e_coco-256x192.py'

# HRNet-S of width 32
model = dict(
    backbone=dict(
        extra=dict(stage2=dict(num_channels=(32, 64)), stage3=dict(num_channels=(32, 64, 128))),
        init_cfg=dict(checkpoint='https://download.openmmlab.com/mmpose/pretrain_models/hrnet_w32-36af842e.pth')),
    head=dict(in_channels=32, embed_dims=64, num_layers=4, feedforward_channels=128))
