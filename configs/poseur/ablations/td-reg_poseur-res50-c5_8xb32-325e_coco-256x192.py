_base_ = '../td-reg_poseur-res50_8xb32-325e_coco-256x192.py'

# model settings: reads the last level alone
model = dict(
    backbone=dict(out_indices=(3, )),
    neck=dict(in_channels=[2048]),
    head=dict(feature_levels=(0, )))
