"""The authors' FastPose checkpoints: logits, keypoints, scores, loss and gradients, to rounding, and the way back."""

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmpose.apis import init_model
from mmpose.models import build_pose_estimator
from mmpose.utils import register_all_modules
from own_models import back_and_there, own_config, there_and_back
from parity import load_case, reference_input, reference_weights

from pose_plugins.checkpoints import read_checkpoint
from pose_plugins.checkpoints.convert import convert_checkpoint, export_checkpoint
from pose_plugins.utils.errors import InputError


def test_parity_with_the_authors_code(tmp_path):
    case = load_case('alphapose_fastpose50_sikr_halpe136_256x192')
    torch.save(reference_weights(case), tmp_path / 'theirs.pth')
    configs, options = convert_checkpoint(tmp_path / 'theirs.pth', tmp_path / 'ours.pth', 'alphapose')
    assert not options
    (config,) = (c for c in configs if '_sikr_' in c.name)
    model = init_model(str(config), str(tmp_path / 'ours.pth'), device='cpu')
    predicted = model(reference_input(str(case['case']), case['input_shape']), None, mode='tensor')
    predicted['heatmaps'].retain_grad()
    for ours, theirs in (
        (predicted['heatmaps'][:, :8], case['heatmaps_head']),
        (predicted['keypoints'], case['keypoints'] + 0.5),  # the case's origin is the middle
        (predicted['scores'], case['scores'][..., 0]),
    ):
        np.testing.assert_allclose(ours.detach(), theirs, rtol=0, atol=1e-5 * np.abs(theirs).max())
    target, weight = (torch.from_numpy(case[name]) for name in ('target', 'target_weight'))
    loss = model.head.loss_module(predicted['keypoints'], target + 0.5, weight) / len(target)
    np.testing.assert_allclose(loss.item(), case['loss'], rtol=1e-5)
    loss.backward()
    gradient = predicted['heatmaps'].grad[:, :8]
    expected = case['heatmap_grad_head']
    np.testing.assert_allclose(gradient, expected, rtol=0, atol=1e-5 * np.abs(expected).max())
    norms = [p.grad.norm().item() for p in (model.backbone.conv1.weight, model.backbone.duc2.conv.weight)]
    np.testing.assert_allclose(norms, case['grad_norms'], rtol=1e-3)


def as_published(config, conv_dim):
    """Random weights of one of our configs under the names and shapes that the authors' files have."""
    register_all_modules()
    cfg = Config.fromfile(config)
    cfg.model.backbone.update(init_cfg=None, conv_dim=conv_dim)
    cfg.model.head.in_channels = conv_dim
    state = {}
    for key, value in build_pose_estimator(cfg.model).state_dict().items():
        key = key.replace('backbone.', '' if '.duc' in key else 'preact.').replace('head.final_layer', 'conv_out')
        key = key.replace('.conv2.conv_offset.', '.conv2_offset.')
        if '.se_layer.' in key:
            key = key.replace('se_layer.conv1.conv', 'se.fc.0').replace('se_layer.conv2.conv', 'se.fc.2')
            value = value.flatten(1) if key.endswith('weight') else value
        state[f'module.{key}'] = value
    return state


@pytest.mark.parametrize(
    'data, network, conv_dim, options',
    [
        ('coco', 'res50_sikr', 128, False),
        ('halpe26', 'res50-dcn_sikr', 256, False),
        ('coco-wholebody', 'res50_combined', 256, False),
        ('halpe', 'res50-dcn_sikr', 128, True),  # of a width that none of our configs has
        ('halpe-joint', 'res50_sikr', 128, False),
        ('halpe', 'res152_sikr', 256, False),
        ('coco', 'duc-res152', 256, False),
    ],
)
def test_each_published_file_goes_to_its_configs(configs, tmp_path, data, network, conv_dim, options):
    (path,) = (configs / 'alphapose').glob(f'*_fastpose-{network}_*_{data}-256x192.py')
    theirs = as_published(path, conv_dim)
    torch.save(theirs, tmp_path / 'theirs.pth')
    found, needed = convert_checkpoint(tmp_path / 'theirs.pth', tmp_path / 'ours.pth', 'alphapose')
    assert path.name in [config.name for config in found]
    assert all(Config.fromfile(config).model.backbone.conv_dim == conv_dim for config in found) != options
    assert needed == ({'model.backbone.conv_dim': conv_dim, 'model.head.in_channels': conv_dim} if options else {})
    cfg = Config.fromfile(path)
    cfg.merge_from_dict(needed)
    model = init_model(cfg, str(tmp_path / 'ours.pth'), device='cpu')
    key = 'module.preact.layer2.0.conv2.weight'
    assert torch.equal(model.backbone.layer2[0].conv2.weight, theirs[key])
    assert len(read_checkpoint(tmp_path / 'ours.pth')['state_dict']) == len(theirs)


def test_other_weights_are_refused(configs, tmp_path):
    (path,) = (configs / 'alphapose').glob('*_fastpose-res50_sikr_*_coco-256x192.py')
    weights = as_published(path, 128)

    def convert(**change):
        torch.save({**weights, **change}, tmp_path / 'theirs.pth')
        return convert_checkpoint(tmp_path / 'theirs.pth', tmp_path / 'ours.pth', 'alphapose')

    for change in (
        {'module.conv_out.weight': torch.zeros(16, 128, 3, 3)},
        {'module.conv_out.weight': torch.zeros(17, 64, 3, 3)},
        {'module.preact.layer3.6.conv3.weight': torch.zeros(1)},
    ):
        with pytest.raises(InputError, match='not a published checkpoint of alphapose'):
            convert(**change)
    with pytest.raises(InputError, match=r'1 unexpected \(backbone.layer1.0.conv2.conv_offset.weight\)'):
        convert(**{'module.preact.layer1.0.conv2_offset.weight': torch.zeros(1)})
    assert not (tmp_path / 'ours.pth').exists()


@pytest.fixture(scope='module')
def small(configs):
    """FastPose-18's synthetic config file: a quarter of the channels, 17 keypoints."""
    (path,) = (configs / 'alphapose').glob('*_fastpose-res18-small_*_synthetic-*.py')
    return path


def test_authors_file_of_own_keypoints_comes_back(configs, tmp_path):
    weights = reference_weights(load_case('alphapose_fastpose50_sikr_halpe136_256x192'))
    weights.update({key: weights[key][:19] for key in ('conv_out.weight', 'conv_out.bias')})
    (base,) = (configs / 'alphapose').glob('td-hm_fastpose-res50_*_coco-256x192.py')
    config = own_config(tmp_path / 'own.py', base, head=dict(out_channels=19))
    back_and_there(weights, config, 'alphapose', tmp_path)


@pytest.mark.parametrize('depth, dcn', [(18, None), (34, 'DCN'), (101, 'DCNv2'), (152, None)])
def test_own_sizes_go_there_and_back(tmp_path, small, depth, dcn):
    backbone = dict(depth=depth, conv_dim=24, dcn=dcn and dict(type=dcn, deform_groups=1))
    config = own_config(tmp_path / 'own.py', small, backbone=backbone, head=dict(in_channels=24, out_channels=5))
    theirs = there_and_back(config, 'alphapose', tmp_path)
    width = 32 if depth < 50 else 128  # the second stage
    assert theirs['preact.layer2.0.se.fc.0.weight'].shape == (width, width)  # linear
    assert theirs['preact.layer2.0.se.fc.2.bias'].shape == (width,)
    assert theirs['conv_out.weight'].shape == (5, 24, 3, 3)
    offsets = {'preact.layer2.1.conv2_offset.weight', 'preact.layer2.1.conv2_offset.bias'}
    assert offsets <= theirs.keys() if dcn else not offsets & theirs.keys()
    if dcn:
        channels = {'DCN': 18, 'DCNv2': 27}[dcn]
        assert theirs['preact.layer2.1.conv2_offset.weight'].shape == (channels, 32, 3, 3)
    elif depth < 50:
        assert theirs.keys() < set(map(str, load_case('alphapose_fastpose50_sikr_halpe136_256x192')['param_names']))


def test_tells_in_which_settings_file_and_config_differ(tmp_path, small, hrnet_synthetic):
    theirs = there_and_back(small, 'alphapose', tmp_path)
    backbone = dict(depth=101, conv_dim=8, dcn=dict(type='DCN', deform_groups=1))
    config = own_config(tmp_path / 'own.py', small, backbone=backbone, head=dict(in_channels=8, out_channels=5))
    for direction, file in ((convert_checkpoint, 'theirs.pth'), (export_checkpoint, 'ours.pth')):
        with pytest.raises(InputError) as error:
            direction(tmp_path / file, tmp_path / 'out.pth', 'alphapose', config)
        assert str(error.value) == (
            f'{tmp_path / file}: does not fit {config}: head.out_channels (keypoints): 17 in the file, 5 in the config; '
            'backbone.conv_dim and head.in_channels: 16 in the file, 8 in the config; '
            'backbone.depth: 18 in the file, 101 in the config; '
            'stages with backbone.dcn: none in the file, 2, 3, 4 in the config'
        )
    # the authors' FastPose-18 has none in its first stage, where nothing is downsampled
    torch.save({key: value for key, value in theirs.items() if 'layer1.0.se' not in key}, tmp_path / 'theirs.pth')
    with pytest.raises(InputError, match='squeeze-and-excitation: 2, 3, 4 in the file, 1, 2, 3, 4 in the config'):
        convert_checkpoint(tmp_path / 'theirs.pth', tmp_path / 'out.pth', 'alphapose', small)
    with pytest.raises(InputError, match='not a config for alphapose: its backbone is HRNet, not FastPose'):
        convert_checkpoint(tmp_path / 'theirs.pth', tmp_path / 'out.pth', 'alphapose', hrnet_synthetic)
    assert not (tmp_path / 'out.pth').exists()
