"""FastPose: depths, squeeze-and-excitation, upsampling, deformable convolutions."""

import pytest
import torch
from mmcv.ops import DeformConv2dPack

from pose_plugins.models.backbones import FastPose, FastPoseDUC


@pytest.mark.parametrize('depth, units', [(18, 8), (34, 16), (50, 16), (101, 33), (152, 50)])
def test_a_quarter_of_the_resolution(depth, units):
    backbone = FastPose(depth=depth, conv_dim=256 if depth == 50 else 128)
    backbone.eval()
    with torch.no_grad():
        (feature,) = backbone(torch.zeros(1, 3, 64, 32))
    assert feature.shape == (1, 256 if depth == 50 else 128, 16, 8)
    assert sum(len(getattr(backbone, f'layer{i}')) for i in (1, 2, 3, 4)) == units
    layers = {name.split('.se_layer')[0]: p for name, p in backbone.named_parameters() if '.se_layer' in name}
    assert set(layers) == {f'layer{i}.0' for i in (1, 2, 3, 4)}
    assert backbone.layer1[0].se_layer.conv1.conv.weight.shape[0] == (64 if depth < 50 else 256)  # reduction 1


@pytest.mark.parametrize('depth', [18, 50])
def test_deformable_convolutions_begin_as_plain_ones(depth):
    torch.manual_seed(0)
    plain = FastPose(depth=depth)
    plain.init_weights()
    deformable = FastPose(depth=depth, dcn=dict(type='DCN', deform_groups=1))
    deformable.init_weights()
    replaced = [name for name, module in deformable.named_modules() if isinstance(module, DeformConv2dPack)]
    assert replaced == [f'layer{i}.{unit}.conv2' for i in (2, 3, 4) for unit in range(len(getattr(plain, f'layer{i}')))]
    missing, unexpected = deformable.load_state_dict(plain.state_dict(), strict=False)
    assert not unexpected and all('.conv_offset.' in key for key in missing)
    image = torch.randn(1, 3, 96, 96)
    plain.eval()
    deformable.eval()
    with torch.no_grad():
        torch.testing.assert_close(deformable(image)[0], plain(image)[0], rtol=1e-3, atol=1e-4)


def test_offsets_learn():
    backbone = FastPose(
        depth=18,
        base_channels=8,
        stem_channels=8,
        conv_dim=4,
        zero_init_residual=False,
        dcn=dict(type='DCN', deform_groups=1),
    )
    backbone.init_weights()
    backbone(torch.randn(2, 3, 96, 96))[0].square().sum().backward()
    assert backbone.layer2[1].conv2.conv_offset.weight.grad.abs().sum() > 0


def test_dense_upsampling():
    """Four, two and one convolutions after a pixel shuffle each; a plain ResNet if there is no squeeze-and-excitation."""
    backbone = FastPoseDUC(depth=50, conv_dim=256, squeeze_excitation=False)
    backbone.eval()
    assert not [name for name, _ in backbone.named_parameters() if '.se_layer' in name]
    shapes = [
        [tuple(conv.weight.shape[:2]) for conv in stage if isinstance(conv, torch.nn.Conv2d)]
        for stage in (backbone.duc1, backbone.duc2, backbone.duc3)
    ]
    assert shapes == [[(512, 512)] * 3 + [(1024, 512)], [(256, 256), (512, 256)], [(256, 128)]]
    with torch.no_grad():
        (feature,) = backbone(torch.zeros(1, 3, 64, 32))
    assert feature.shape == (1, 256, 16, 8)
