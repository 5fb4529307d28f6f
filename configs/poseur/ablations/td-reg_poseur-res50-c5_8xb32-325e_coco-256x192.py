_base_ = '../td-reg_poseur-res50_8xb32-325e_coco-256x192.py'

# model settings: reads the last level alone
model = dict(head=dict(feature_levels=(3, )))
