_base_ = ['td-reg_fastpose-res50_sikr_4xb48-265e_halpe-joint-256x192.py', '../_base_/hrnet_w32.py']

# model settings
model = dict(
    data_preprocessor=dict(mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375]),
    backbone=dict(_delete_=True, **_base_.hrnet_w32),
    head=dict(in_channels=32, final_layer=dict(_delete_=True, kernel_size=1)))
