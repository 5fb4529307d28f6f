_base_ = '../td-reg_tfpose-res50_8xb32-210e_coco-256x192.py'

# model settings: 5 encoder layers
model = dict(head=dict(num_encoder_layers=5))
