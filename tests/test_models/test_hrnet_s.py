"""HRNet-S is HRNet up to stage 3, with the same weights."""

import torch
from mmpose.models import HRNet

from pose_plugins.models.backbones import HRNetS

STAGE = dict(num_modules=1, block='BASIC')
EXTRA = dict(
    stage1=dict(num_modules=1, num_branches=1, block='BOTTLENECK', num_blocks=(1,), num_channels=(8,)),
    stage2=dict(**STAGE, num_branches=2, num_blocks=(1, 1), num_channels=(8, 16)),
    stage3=dict(**STAGE, num_branches=3, num_blocks=(1, 1, 1), num_channels=(8, 16, 32)),
    stage4=dict(**STAGE, num_branches=4, num_blocks=(1, 1, 1, 1), num_channels=(8, 16, 32, 64)),
)


def test_hrnet_up_to_stage_3():
    torch.manual_seed(0)
    full, ours = HRNet(EXTRA), HRNetS(EXTRA)
    for model in (full, ours):
        model.eval()
    missing, unexpected = ours.load_state_dict(full.state_dict(), strict=False)
    assert not missing
    assert {key.split('.')[0] for key in unexpected} == {'stage3', 'transition3', 'stage4'}
    stage3 = []
    full.stage3.register_forward_hook(lambda module, inputs, output: stage3.append(output[0]))
    image = torch.randn(2, 3, 64, 32)
    with torch.no_grad():
        full(image)
        (feature,) = ours(image)
    assert feature.shape == (2, 8, 16, 8)
    torch.testing.assert_close(feature, stage3[0])


def test_every_parameter_is_used():
    """Distributed training would stop at one without a gradient; the config's stage 4 is left alone, or left out."""
    extra = {key: value for key, value in EXTRA.items() if key != 'stage4'}
    backbone = HRNetS(extra)
    backbone(torch.randn(1, 3, 32, 32))[0].sum().backward()
    assert all(parameter.grad is not None for parameter in backbone.parameters())
    assert 'stage4' not in extra
