_base_ = '../td-reg_poseur-res50_8xb32-325e_coco-256x192.py'

# model settings: 5 decoder layers
model = dict(head=dict(num_layers=5))
