_base_ = 'td-hm_transpose-h-a6_4xb14-240e_coco-256x192.py'

model = dict(head=dict(num_layers=4))
