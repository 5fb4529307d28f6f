_base_ = 'td-reg_fastpose-res50_combined_4xb48-320e_halpe-256x192.py'

# model settings
model = dict(backbone=_base_.alphapose_dcn)
