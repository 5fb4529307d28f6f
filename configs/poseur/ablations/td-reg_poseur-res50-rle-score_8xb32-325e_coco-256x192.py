_base_ = '../td-reg_poseur-res50_8xb32-325e_coco-256x192.py'

# model settings: scored by one minus the mean sigma
codec = dict(score='rle')
model = dict(head=dict(decoder=dict(score='rle')))
