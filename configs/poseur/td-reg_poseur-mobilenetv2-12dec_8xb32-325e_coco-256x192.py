_base_ = 'td-reg_poseur-mobilenetv2_8xb32-325e_coco-256x192.py'

# model settings
model = dict(head=dict(num_layers=12))
