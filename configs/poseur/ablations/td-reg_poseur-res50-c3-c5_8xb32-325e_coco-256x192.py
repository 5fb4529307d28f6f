_base_ = '../td-reg_poseur-res50_8xb32-325e_coco-256x192.py'

# model settings: reads the last three levels
model = dict(head=dict(feature_levels=(1, 2, 3)))
