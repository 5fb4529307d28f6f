_base_ = ['td-reg_poseur-res50_8xb64-325e_coco-wholebody-256x192.py', '../_base_/hrnet_w32.py']

# model settings: all branches of HRNet
hrnet_w32 = _base_.hrnet_w32
hrnet_w32.extra.stage4.multiscale_output = True
model = dict(
    backbone=dict(_delete_=True, **hrnet_w32),
    neck=dict(in_channels=[32, 64, 128, 256]))
