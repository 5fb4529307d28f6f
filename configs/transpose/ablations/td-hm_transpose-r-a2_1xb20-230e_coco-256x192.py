_base_ = '../td-hm_transpose-r-a4_1xb20-230e_coco-256x192.py'

model = dict(head=dict(num_layers=2))
