_base_ = '../td-reg_fastpose-res50_sikr_4xb32-270e_coco-256x192.py'

# model settings: the paper's amplitude, an eighth of the heatmap size
model = dict(head=dict(amplitude=None))
