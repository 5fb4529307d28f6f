# MobileNetV2 from ImageNet: torchvision's weights, unless MOBILENETV2 names a file of others (see lsp.py for how pictures are
# normalised then). The first layers stay as they are, which makes a step a third shorter.
mobilenetv2 = dict(
    type='MobileNetV2S',
    frozen_stages=2,
    init_cfg=dict(type='Pretrained', checkpoint='{{$MOBILENETV2:torchvision://mobilenet_v2}}'))
