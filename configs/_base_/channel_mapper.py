# The four levels of ResNet-50 as 256 channels each, which is what the decoders of Poseur and TFPose read
channel_mapper = dict(
    type='ChannelMapper',
    in_channels=[256, 512, 1024, 2048],
    out_channels=256,
    kernel_size=1,
    norm_cfg=dict(type='GN', num_groups=32),
    act_cfg=None)
