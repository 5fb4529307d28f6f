"""MobileNetV2-S is MobileNetV2 up to the last stage that is read, with the same weights."""

import pytest
import torch
from mmengine.config import Config
from mmpose.models import MobileNetV2, build_pose_estimator
from mmpose.utils import register_all_modules

from pose_plugins.checkpoints import download
from pose_plugins.models.backbones import MobileNetV2S
from pose_plugins.training.weights import check_pretrained, check_taken
from pose_plugins.utils.errors import InputError

STAGES = [f'layer{i}' for i in range(1, 8)] + ['conv2']


@pytest.mark.parametrize('out_indices', [(2,), (6,), (1, 2, 4, 6), (4, 0), (7,)])
def test_mobilenet_up_to_the_last_stage_that_is_read(out_indices):
    torch.manual_seed(0)
    arguments = dict(widen_factor=0.25, out_indices=out_indices)
    full, ours = MobileNetV2(**arguments), MobileNetV2S(**arguments)
    missing, unexpected = ours.load_state_dict(full.state_dict(), strict=False)
    assert not missing
    assert {key.split('.')[0] for key in unexpected} == set(STAGES[max(out_indices) + 1 :])
    image = torch.randn(2, 3, 64, 48)
    full.eval()
    ours.eval()  # MMPose's gives nothing back here
    with torch.no_grad():
        for expected, feature in zip(full(image), ours(image), strict=True):
            torch.testing.assert_close(feature, expected)


def test_every_parameter_is_used():
    """Distributed training would stop at one without a gradient."""
    backbone = MobileNetV2S(widen_factor=0.25, out_indices=(2,))
    backbone(torch.randn(2, 3, 64, 48))[0].sum().backward()
    assert all(parameter.grad is not None for parameter in backbone.parameters())


def test_frozen_stages():
    """Also more of them than are kept."""
    for stages in (2, 7):
        backbone = MobileNetV2S(widen_factor=0.25, out_indices=(2,), frozen_stages=stages)
        backbone.train()
        learned = {name.split('.')[0] for name, parameter in backbone.named_parameters() if parameter.requires_grad}
        assert learned == set(STAGES[stages:3])
        assert not backbone.layer1.training


@pytest.fixture
def cfg(configs):
    """The config of TransPose on Leeds Sports Pose, which keeps the first three stages; read when it is asked for."""
    (path,) = (configs / 'transpose').glob('*_lsp-*.py')
    return lambda: Config.fromfile(path)


def test_weights_of_a_file_that_the_environment_names(cfg, tmp_path, monkeypatch):
    """A checkpoint of the whole network."""
    register_all_modules()
    torch.manual_seed(0)
    full = MobileNetV2()
    torch.save(full.state_dict(), tmp_path / 'imagenet.pth')
    monkeypatch.setenv('MOBILENETV2', str(tmp_path / 'imagenet.pth'))
    check_pretrained(cfg())
    model = build_pose_estimator(cfg().model)
    check_taken(cfg(), model)
    model.init_weights()
    loaded = model.backbone.state_dict()
    assert all(torch.equal(value, full.state_dict()[key]) for key, value in loaded.items() if 'num_batches' not in key)


def test_weights_that_cannot_be_had_are_told_in_one_line(cfg, tmp_path, monkeypatch):
    def refuse(url):
        raise OSError('no network')

    def told():
        with pytest.raises(InputError) as error:
            check_pretrained(cfg())
            check_taken(cfg(), model)
        assert '\n' not in str(error.value)
        return str(error.value)

    register_all_modules()
    model = build_pose_estimator(cfg().model)
    monkeypatch.setattr(download, '_open', refuse)
    monkeypatch.setenv('TORCH_HOME', str(tmp_path))
    assert 'cannot be fetched (no network); a file put by hand is looked for at' in told()
    monkeypatch.setenv('MOBILENETV2', str(tmp_path / 'none.pth'))
    assert told().startswith(f'model.backbone.init_cfg: {tmp_path}/none.pth: no such checkpoint file')
    monkeypatch.setenv('MOBILENETV2', str(tmp_path / 'other.pth'))
    theirs = {'features.0.0.weight': torch.zeros(32, 3, 3, 3), 'features.0.1.weight': torch.zeros(32)}
    torch.save(theirs, tmp_path / 'other.pth')  # torchvision's own file, whose names are others
    assert told() == (
        f'model.backbone.init_cfg: {tmp_path}/other.pth: has none of the weights of this model, nothing of it would be '
        'learned from; it has features.0.0.weight, features.0.1.weight, the model conv1.conv.weight, conv1.bn.weight, '
        'conv1.bn.bias'
    )
