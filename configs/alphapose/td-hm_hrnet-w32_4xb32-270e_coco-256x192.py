# AlphaPose's recipe for HRNet-W32
_base_ = ['td-hm_fastpose-res50_4xb32-270e_coco-256x192.py', '../_base_/hrnet_w32.py']

# model settings
model = dict(
    backbone=dict(_delete_=True, **_base_.hrnet_w32),
    head=dict(in_channels=32, final_layer=dict(_delete_=True, kernel_size=1)))
