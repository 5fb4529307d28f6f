"""The authors' HRNet checkpoints: equal numbers, and nothing written unless every key fits."""

import numpy as np
import pytest
import torch
from mmpose.apis import init_model
from parity import load_case, reference_input, reference_weights

from pose_plugins.checkpoints import read_checkpoint
from pose_plugins.checkpoints.convert import convert_checkpoint
from pose_plugins.utils.errors import InputError


@pytest.fixture(scope='module')
def case():
    return load_case('hrnet_w32_coco_256x192')


@pytest.fixture(scope='module')
def weights(case):
    return reference_weights(case)


def test_parity_with_the_authors_code(tmp_path, case, weights):
    torch.save(weights, tmp_path / 'pose_hrnet_w32_256x192.pth')
    (config,), _ = convert_checkpoint(tmp_path / 'pose_hrnet_w32_256x192.pth', tmp_path / 'ours.pth', 'hrnet')
    assert 'hrnet-w32' in config.name and 'coco' in config.name
    model = init_model(str(config), str(tmp_path / 'ours.pth'), device='cpu')
    with torch.no_grad():
        heatmaps = model(
            reference_input(str(case['case']), case['input_shape']), None, mode='tensor'
        )  # (1, 17, 64, 48)
    np.testing.assert_allclose(heatmaps.numpy(), case['heatmaps'], rtol=0, atol=1e-5 * np.abs(case['heatmaps']).max())


@pytest.mark.parametrize(
    'wrap',
    [
        lambda state: dict(state_dict=state),
        lambda state: dict(model=state),
        lambda state: dict(state_dict={f'module.{key}': value for key, value in state.items()}, epoch=210),
    ],
    ids=['state_dict', 'model', 'module.'],
)
def test_accepts_the_forms_that_checkpoints_come_in(tmp_path, weights, wrap):
    torch.save(wrap(weights), tmp_path / 'theirs.pth')
    convert_checkpoint(tmp_path / 'theirs.pth', tmp_path / 'ours.pth', 'hrnet')
    state = read_checkpoint(tmp_path / 'ours.pth')['state_dict']
    assert len(state) == len(weights)
    assert torch.equal(state['head.final_layer.bias'], weights['final_layer.bias'])


def test_mpii_goes_to_the_mpii_config(tmp_path, weights):
    mpii = {**weights, 'final_layer.weight': torch.zeros(16, 32, 1, 1), 'final_layer.bias': torch.zeros(16)}
    torch.save(mpii, tmp_path / 'pose_hrnet_w32_256x256.pth')
    assert (
        'mpii'
        in convert_checkpoint(tmp_path / 'pose_hrnet_w32_256x256.pth', tmp_path / 'ours.pth', 'hrnet').configs[0].name
    )


def test_names_every_key_that_does_not_fit_and_writes_nothing(tmp_path, weights):
    bad = {
        **weights,
        'extra_layer.weight': torch.ones(1),
        'another.bias': torch.ones(1),
        'conv1.weight': torch.ones(64, 1, 3, 3),
    }
    removed = ['bn1.weight', 'bn2.weight', 'stage2.0.branches.0.0.conv1.weight', 'stage4.2.fuse_layers.0.3.1.bias']
    for key in removed:
        del bad[key]
    torch.save(bad, tmp_path / 'theirs.pth')
    with pytest.raises(InputError) as error:
        convert_checkpoint(tmp_path / 'theirs.pth', tmp_path / 'ours.pth', 'hrnet')
    for key in [*removed, 'extra_layer.weight', 'another.bias', 'conv1.weight is 64x1x3x3 instead of 64x3x3x3']:
        assert f'backbone.{key}' in str(error.value)
    assert sorted(p.name for p in tmp_path.iterdir()) == ['theirs.pth']


def test_other_bad_input(tmp_path, weights):
    torch.save(dict(fc=torch.ones(1)), tmp_path / 'other.pth')
    with pytest.raises(InputError, match='other.pth: not a published checkpoint of hrnet'):
        convert_checkpoint(tmp_path / 'other.pth', tmp_path / 'ours.pth', 'hrnet')
    torch.save(dict(epoch=3), tmp_path / 'empty.pth')
    with pytest.raises(InputError, match='holds other things than weights: epoch'):
        convert_checkpoint(tmp_path / 'empty.pth', tmp_path / 'ours.pth', 'hrnet')
    with pytest.raises(InputError, match='is the file to convert'):
        convert_checkpoint(tmp_path / 'other.pth', tmp_path / 'other.pth', 'hrnet')
    with pytest.raises(InputError, match='no such folder'):
        convert_checkpoint(tmp_path / 'other.pth', tmp_path / 'nowhere/ours.pth', 'hrnet')
    (tmp_path / 'folder.pth').mkdir()
    torch.save(weights, tmp_path / 'theirs.pth')
    with pytest.raises(InputError, match='folder.pth: cannot be written: Is a directory'):
        convert_checkpoint(tmp_path / 'theirs.pth', tmp_path / 'folder.pth', 'hrnet')
    with pytest.raises(InputError, match="source='openpose': choose from hrnet"):
        convert_checkpoint(tmp_path / 'other.pth', tmp_path / 'ours.pth', 'openpose')
