_base_ = '../td-reg_tfpose-res50_8xb32-210e_coco-256x192.py'

# model settings: no auxiliary heatmaps
model = dict(head=dict(auxiliary=False))
