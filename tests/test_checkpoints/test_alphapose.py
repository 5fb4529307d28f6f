"""The authors' FastPose-50 checkpoints: logits, keypoints, scores, loss and gradients, to rounding."""

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmpose.apis import init_model
from mmpose.models import build_pose_estimator
from mmpose.utils import register_all_modules
from parity import load_case, reference_input, reference_weights

from pose_plugins.checkpoints import read_checkpoint
from pose_plugins.checkpoints.convert import convert_checkpoint
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
    'data, network, conv_dim',
    [
        ('coco', 'res50', 128),
        ('halpe26', 'res50-dcn', 256),
        ('coco-wholebody', 'res50', 256),
        ('halpe', 'res50-dcn', 128),
    ],
)
def test_each_published_file_goes_to_its_configs(configs, tmp_path, data, network, conv_dim):
    (path,) = (configs / 'alphapose').glob(f'*_fastpose-{network}_sikr_*_{data}-256x192.py')
    theirs = as_published(path, conv_dim)
    torch.save(theirs, tmp_path / 'theirs.pth')
    found, options = convert_checkpoint(tmp_path / 'theirs.pth', tmp_path / 'ours.pth', 'alphapose')
    assert path.name in [config.name for config in found]
    assert options == ({} if conv_dim == 128 else {'model.backbone.conv_dim': 256, 'model.head.in_channels': 256})
    cfg = Config.fromfile(path)
    cfg.merge_from_dict(options)
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
