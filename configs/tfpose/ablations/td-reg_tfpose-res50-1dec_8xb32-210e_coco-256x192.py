_base_ = '../td-reg_tfpose-res50_8xb32-210e_coco-256x192.py'

# model settings: 1 decoder layer, after which there are no two estimates whose agreement could be a score
model = dict(head=dict(num_layers=1, decoder=dict(score='constant')))
