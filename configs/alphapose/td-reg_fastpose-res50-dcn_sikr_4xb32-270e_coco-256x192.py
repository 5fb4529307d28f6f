_base_ = 'td-reg_fastpose-res50_sikr_4xb32-270e_coco-256x192.py'

# model settings
model = dict(backbone=_base_.alphapose_dcn)
