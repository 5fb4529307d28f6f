_base_ = '../td-reg_poseur-res50_8xb32-325e_coco-256x192.py'

# model settings: queries begin with a learned encoding
model = dict(head=dict(query_start='learned'))
