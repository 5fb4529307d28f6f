"""The authors' HRNet checkpoints: equal numbers, in both directions, and nothing written unless every key fits."""

import runpy
import sys

import numpy as np
import pytest
import torch
from mmpose.apis import init_model
from own_models import assert_same, back_and_there, own_config, random_state, save_trained, there_and_back
from parity import load_case, reference_input, reference_weights

from pose_plugins.checkpoints import read_checkpoint
from pose_plugins.checkpoints.convert import convert_checkpoint, export_checkpoint
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
    with pytest.raises(InputError, match='folder.pth: is a folder, and must be a file'):
        convert_checkpoint(tmp_path / 'theirs.pth', tmp_path / 'folder.pth', 'hrnet')
    with pytest.raises(InputError, match="source='openpose': choose from hrnet"):
        convert_checkpoint(tmp_path / 'other.pth', tmp_path / 'ours.pth', 'openpose')


W18 = dict(
    stage1=dict(num_blocks=(2,)), stage2=dict(num_channels=(18, 36)), stage3=dict(num_channels=(18, 36, 72)),
    stage4=dict(num_channels=(18, 36, 72, 144), num_modules=2),
)  # fmt: skip


def test_own_sizes_go_there_and_back(tmp_path, hrnet_synthetic, case):
    config = own_config(
        tmp_path / 'own.py', hrnet_synthetic, backbone=dict(extra=W18), head=dict(in_channels=18, out_channels=19)
    )
    theirs = there_and_back(config, 'hrnet', tmp_path)
    assert theirs.keys() < set(map(str, case['param_names']))
    assert theirs['final_layer.weight'].shape == (19, 18, 1, 1)
    assert theirs['stage4.1.branches.3.0.conv1.weight'].shape == (144, 144, 3, 3)


@pytest.mark.parametrize(
    'base', ['hrnet/td-hm_hrnet-w32_*_coco-256x192.py', 'alphapose/td-reg_hrnet-w32_sikr_*_coco-*.py']
)
def test_authors_file_of_own_keypoints_comes_back(configs, tmp_path, weights, base):
    """Those of AlphaPose's HRNet have the same names, and HRNet with its regression has the same weights."""
    own = {**weights, **{key: weights[key][:5] for key in ('final_layer.weight', 'final_layer.bias')}}
    del own['bn1.num_batches_tracked']  # not in old files, and nothing that is made up
    config = own_config(tmp_path / 'own.py', next(configs.glob(base)), head=dict(out_channels=5))
    back_and_there(own, config, 'hrnet', tmp_path)
    assert read_checkpoint(tmp_path / 'ours.pth')['meta']['configs'] == ['own.py']
    init_model(str(config), str(tmp_path / 'ours.pth'), device='cpu')


@pytest.mark.parametrize(
    'model, told',
    [
        (dict(head=dict(out_channels=19)), r'head.out_channels \(keypoints\): 17 in the file, 19 in the config'),
        (
            dict(backbone=dict(extra=W18), head=dict(in_channels=18)),
            r'head.in_channels \(the width of the backbone\): 16 in the file, 18 in the config; the number of units of '
            r'backbone.layer1: 1 in the file, 2 in the config; the number of units of backbone.stage4: 1 .* 2 in',
        ),
        (
            dict(backbone=dict(extra=dict(stage3=dict(num_blocks=(1, 1, 2))))),
            r'not a checkpoint of this model, keys: 10 missing \(backbone.stage3.0.branches.2.1.conv1.weight,',
        ),
        (
            dict(backbone=dict(_delete_=True, type='ResNet', depth=18)),
            'own.py: not a config for hrnet: its backbone is ResNet, not HRNet',
        ),
        (dict(head=dict(typo=3)), 'own.py: model.head: HeatmapHead cannot be built: TypeError: .*typo'),
    ],
    ids=['keypoints', 'width and depth', 'blocks', 'backbone', 'no model'],
)
def test_tells_in_which_settings_file_and_config_differ(tmp_path, hrnet_synthetic, model, told):
    save_trained(random_state(hrnet_synthetic), tmp_path / 'epoch_1.pth')
    export_checkpoint(tmp_path / 'epoch_1.pth', tmp_path / 'theirs.pth', 'hrnet', hrnet_synthetic)
    config = own_config(tmp_path / 'own.py', hrnet_synthetic, **model)
    (tmp_path / 'out.pth').write_text('of before')
    for direction, file in ((convert_checkpoint, 'theirs.pth'), (export_checkpoint, 'epoch_1.pth')):
        with pytest.raises(InputError, match=told) as error:
            direction(tmp_path / file, tmp_path / 'out.pth', 'hrnet', config)
        assert '\n' not in str(error.value)
    assert (tmp_path / 'out.pth').read_text() == 'of before'
    assert {path.name for path in tmp_path.iterdir()} == {'epoch_1.pth', 'theirs.pth', 'own.py', 'out.pth'}


def test_a_file_of_another_network_is_told_by_its_names(configs, tmp_path, hrnet_synthetic):
    (other,) = (configs / 'alphapose').glob('*_fastpose-res18-small_*.py')
    torch.save(random_state(other), tmp_path / 'epoch_1.pth')
    with pytest.raises(
        InputError, match=r'missing \(backbone.conv1.weight, .*unexpected \(backbone.backbone.conv1.weight, '
    ):
        convert_checkpoint(tmp_path / 'epoch_1.pth', tmp_path / 'out.pth', 'hrnet', hrnet_synthetic)
    with pytest.raises(
        InputError, match='backbone.layer4: 2 in the file, 0 in the config; .*backbone.stage2: 0 in the'
    ):
        export_checkpoint(tmp_path / 'epoch_1.pth', tmp_path / 'out.pth', 'hrnet', hrnet_synthetic)


def test_weights_without_a_place_in_the_authors_code(tmp_path, hrnet_synthetic):
    config = own_config(
        tmp_path / 'own.py', hrnet_synthetic, head=dict(deconv_out_channels=(16,), deconv_kernel_sizes=(4,))
    )
    save_trained(random_state(config), tmp_path / 'epoch_1.pth')
    with pytest.raises(InputError, match="the authors' code has no such weights as head.deconv_layers.0.weight, head"):
        export_checkpoint(tmp_path / 'epoch_1.pth', tmp_path / 'theirs.pth', 'hrnet', config)
    with pytest.raises(InputError, match="target='poseur': choose from hrnet, transpose, alphapose"):
        export_checkpoint(tmp_path / 'epoch_1.pth', tmp_path / 'theirs.pth', 'poseur', config)
    with pytest.raises(InputError, match='is the file to convert'):
        export_checkpoint(tmp_path / 'epoch_1.pth', tmp_path / 'epoch_1.pth', 'hrnet', config)


def test_command_line(repo, tmp_path, monkeypatch, capsys, hrnet_synthetic):
    def tool(*arguments):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, 'argv', ['convert_checkpoint.py', *map(str, arguments)])
        runpy.run_path(str(repo / 'tools/convert_checkpoint.py'), run_name='__main__')
        return capsys.readouterr().out

    state = random_state(hrnet_synthetic)
    save_trained(state, tmp_path / 'epoch_1.pth')
    printed = tool('epoch_1.pth', 'theirs.pth', '--to', 'hrnet', '--config', hrnet_synthetic)
    assert printed == "theirs.pth is for the code of hrnet's authors\n"
    printed = tool('theirs.pth', 'ours.pth', '--source', 'hrnet', '--config', hrnet_synthetic)
    assert printed == f'ours.pth is for {hrnet_synthetic}\n'
    assert_same(read_checkpoint(tmp_path / 'ours.pth')['state_dict'], state)
    for wrong, told in (
        ((), 'one of the arguments --source --to is required'),
        (('--to', 'hrnet', '--source', 'hrnet'), 'not allowed with argument'),
        (('--to', 'hrnet'), '--to needs --config'),
        (('--to', 'poseur', '--config', hrnet_synthetic), "invalid choice: 'poseur'"),
    ):
        with pytest.raises(SystemExit, match='2'):
            tool('epoch_1.pth', 'out.pth', *wrong)
        assert told in capsys.readouterr().err
    with pytest.raises(SystemExit, match='error: none.py: no such config file'):
        tool('epoch_1.pth', 'out.pth', '--to', 'hrnet', '--config', 'none.py')
    assert not (tmp_path / 'out.pth').exists()
