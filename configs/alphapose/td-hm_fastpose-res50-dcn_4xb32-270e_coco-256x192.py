_base_ = 'td-hm_fastpose-res50_4xb32-270e_coco-256x192.py'

# model settings
model = dict(backbone=_base_.alphapose_dcn)
