_base_ = 'td-hm_transpose-r-a4_1xb20-230e_coco-256x192.py'

auto_scale_lr = dict(base_batch_size=28)
train_dataloader = dict(batch_size=28)
model = dict(head=dict(num_layers=3))
