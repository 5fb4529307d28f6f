_base_ = '../td-reg_poseur-res50_8xb32-325e_coco-256x192.py'

# model settings: reads the last three levels
model = dict(
    backbone=dict(out_indices=(1, 2, 3)),
    neck=dict(in_channels=[512, 1024, 2048]),
    head=dict(feature_levels=(0, 1, 2)))
