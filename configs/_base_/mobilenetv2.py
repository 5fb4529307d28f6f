# MobileNetV2 from ImageNet: torchvision's weights, unless MOBILENETV2 names a file of others
mobilenetv2 = dict(
    type='MobileNetV2S', init_cfg=dict(type='Pretrained', checkpoint='{{$MOBILENETV2:torchvision://mobilenet_v2}}'))
