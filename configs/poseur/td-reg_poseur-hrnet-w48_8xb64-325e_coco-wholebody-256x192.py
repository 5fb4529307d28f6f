_base_ = ['td-reg_poseur-res50_8xb64-325e_coco-wholebody-256x192.py', '../_base_/hrnet_w48.py']

# model settings: all branches of HRNet
hrnet_w48 = _base_.hrnet_w48
hrnet_w48.extra.stage4.multiscale_output = True
model = dict(
    backbone=dict(_delete_=True, **hrnet_w48),
    neck=dict(in_channels=[48, 96, 192, 384]))
