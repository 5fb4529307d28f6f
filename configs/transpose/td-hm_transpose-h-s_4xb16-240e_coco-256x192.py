_base_ = 'td-hm_transpose-h-a6_4xb14-240e_coco-256x192.py'

# people of four GPUs
auto_scale_lr = dict(base_batch_size=64)
train_dataloader = dict(batch_size=16)

# HRNet-S of width 32
model = dict(
    backbone=dict(
        extra=dict(stage2=dict(num_channels=(32, 64)), stage3=dict(num_channels=(32, 64, 128))),
        init_cfg=dict(checkpoint='timm://hrnet_w32.ms_in1k')),
    head=dict(in_channels=32, embed_dims=64, num_layers=4, feedforward_channels=128))
