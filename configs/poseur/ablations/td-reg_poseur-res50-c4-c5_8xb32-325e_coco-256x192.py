_base_ = '../td-reg_poseur-res50_8xb32-325e_coco-256x192.py'

# model settings: reads the last two levels
model = dict(head=dict(feature_levels=(2, 3)))
