"""Models in the package's data, and models by name."""

import json

import numpy as np
import pytest
import torch
from mmpose.registry import MODELS
from mmpose.utils import register_all_modules
from safetensors.torch import load_file

import pose_plugins
from pose_plugins.checkpoints import packaged_models, read_source, weights_of
from pose_plugins.checkpoints.models import find_model, list_models
from pose_plugins.checkpoints.packaged_models import add_packaged, read_packaged
from pose_plugins.config import config_dir, load_config
from pose_plugins.training.launch import _named_model
from pose_plugins.utils.errors import InputError


@pytest.fixture
def packaged(hrnet_synthetic, tmp_path, monkeypatch):
    """A random HRNet as 'tiny', in a folder that stands in for the package's; its weights as they were."""
    register_all_modules()
    torch.manual_seed(0)
    model = MODELS.build(load_config(hrnet_synthetic).model)
    place = hrnet_synthetic.relative_to(hrnet_synthetic.parent.parent).as_posix()
    monkeypatch.setattr(packaged_models, 'FOLDER', tmp_path)
    add_packaged('tiny', 'a line', place, model.state_dict())
    return tmp_path, model.state_dict()


def test_half_precision_comes_back_as_float32(packaged):
    folder, state = packaged
    read = read_packaged('tiny')
    assert read.keys() == state.keys()
    for name, value in state.items():
        assert read[name].dtype == value.dtype
        if value.ndim > 1:
            torch.testing.assert_close(read[name], value, rtol=1e-3, atol=1e-6)
            assert load_file(folder / 'tiny.safetensors')[name].dtype == torch.float16
        else:
            assert torch.equal(read[name], value)  # of batch norms
    assert (folder / 'tiny.safetensors').stat().st_mode & 0o777 == 0o644
    assert all(torch.equal(value, read[name]) for name, value in weights_of(read_source('pose_plugins://tiny')).items())


def test_by_name(packaged, hrnet_synthetic, tmp_path, monkeypatch):
    _, state = packaged
    model = pose_plugins.load_model('tiny', device='cpu')
    torch.testing.assert_close(
        model.state_dict()['backbone.conv1.weight'], state['backbone.conv1.weight'], rtol=1e-3, atol=1e-6
    )
    assert pose_plugins.list_models('tin*') == {'tiny': 'a line'}
    assert list_models('*hrnet-w48_4xb32-210e_coco*') == {
        'td-hm_hrnet-w48_4xb32-210e_coco-256x192': 'hrnet/td-hm_hrnet-w48_4xb32-210e_coco-256x192.py'
    }
    named = config_dir() / hrnet_synthetic.relative_to(hrnet_synthetic.parent.parent)
    assert find_model(hrnet_synthetic, 'a.pth') == (hrnet_synthetic, 'a.pth')
    assert find_model(hrnet_synthetic.stem, 'a.pth') == (named, 'a.pth')
    assert find_model('tiny') == (named, 'pose_plugins://tiny')
    assert _named_model(['tiny', '--dump', 'x.pkl']) == [str(named), 'pose_plugins://tiny', '--dump', 'x.pkl']
    assert _named_model(['--dump', 'x.pkl', 'tiny']) == ['--dump', 'x.pkl', str(named), 'pose_plugins://tiny']
    assert _named_model(['--dump', 'x.pkl']) == ['--dump', 'x.pkl']
    assert _named_model(['tiny', 'own.pth']) == [str(named), 'own.pth']
    assert _named_model([str(hrnet_synthetic), 'own.pth']) == [str(hrnet_synthetic), 'own.pth']
    monkeypatch.setenv('TORCH_HOME', str(tmp_path))
    with pytest.raises(InputError, match=f'give its weights, or put them to .*{hrnet_synthetic.stem}.pth'):
        find_model(hrnet_synthetic)
    with pytest.raises(InputError, match='tinny: no such model or config; similar ones: tiny'):
        pose_plugins.load_model('tinny')
    with pytest.raises(InputError, match='tinny: no such packaged model; similar ones: tiny'):
        read_source('pose_plugins://tinny')


def test_another_file_is_refused(packaged):
    folder, _ = packaged
    path = folder / 'tiny.safetensors'
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)
    with pytest.raises(
        InputError, match='is not the file that was packaged, its SHA-256 is not .*; install the package again'
    ):
        pose_plugins.load_model('tiny', device='cpu')
    path.unlink()
    with pytest.raises(InputError, match='tiny.safetensors: is missing; install the package again'):
        read_packaged('tiny')


def test_what_cannot_be_packaged(packaged, monkeypatch):
    folder, state = packaged
    before = (folder / 'models.json').read_text()
    for name, weights, line in (
        ('Tiny One', state, 'is named by small letters, digits and hyphens'),
        ('large', {**state, 'w': torch.full((2, 2), 1e6)}, 'w: is not finite in half precision'),
        ('nan', {**state, 'w': torch.tensor([float('nan')])}, 'w: is not finite in half precision'),
    ):
        with pytest.raises(InputError, match=line):
            add_packaged(name, 'a line', 'x.py', weights)
    monkeypatch.setattr(packaged_models, 'LARGEST', 1000)
    with pytest.raises(InputError, match='a packaged model has at most 0.001 MB'):
        add_packaged('heavy', 'a line', 'x.py', state)
    assert (folder / 'models.json').read_text() == before
    assert sorted(path.name for path in folder.iterdir()) == ['models.json', 'tiny.safetensors']


def test_the_packages_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # wherever a user works
    for name, model in packaged_models.packaged_models().items():
        assert (config_dir() / model.config).is_file()
        assert name in (config_dir() / model.config).with_name('README.md').read_text()
        state = read_packaged(name)
        register_all_modules()
        loaded = pose_plugins.load_model(name, device='cpu')
        assert state.keys() == loaded.state_dict().keys()
        (people,) = pose_plugins.predict(np.zeros((60, 40, 3), np.uint8), loaded)
        assert len(people) == 1 and len(people.names) == people.keypoints.shape[1]
    assert json.loads((packaged_models.FOLDER / 'models.json').read_text())
