_base_ = '../td-hm_transpose-r-a4_8xb32-230e_coco-256x192.py'

model = dict(head=dict(position_encoding='none'))
