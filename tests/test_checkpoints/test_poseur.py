"""The authors' Poseur checkpoints: coordinates, sigmas, losses, gradients and the score, to rounding."""

import re

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmpose.apis import init_model
from mmpose.models import build_pose_estimator
from mmpose.utils import register_all_modules
from own_models import assert_same, own_config
from parity import load_case, reference_input, reference_weights

from pose_plugins.checkpoints import read_checkpoint
from pose_plugins.checkpoints.convert import convert_checkpoint
from pose_plugins.checkpoints.poseur import PoseurSource
from pose_plugins.codecs import RLELaplaceLabel
from pose_plugins.utils.errors import InputError


def test_parity_with_the_authors_code(tmp_path):
    case = load_case('poseur_r50_coco_256x192')
    torch.save(reference_weights(case), tmp_path / 'theirs.pth')
    (config,), _ = convert_checkpoint(tmp_path / 'theirs.pth', tmp_path / 'ours.pth', 'poseur')
    model = init_model(str(config), str(tmp_path / 'ours.pth'), device='cpu')
    predicted = model(reference_input(str(case['case']), case['input_shape']), None, mode='tensor')
    for ours, theirs in (
        ('coarse_keypoints', 'coarse_keypoints'),
        ('coarse_sigmas', 'coarse_sigma'),
        ('keypoints', 'keypoints'),
        ('sigmas', 'sigma'),
    ):
        np.testing.assert_allclose(predicted[ours].detach(), case[theirs], rtol=0, atol=1e-4)
    scores = RLELaplaceLabel((192, 256), factor=0.7).scores(predicted['sigmas'][-1].detach().numpy())
    np.testing.assert_allclose(scores, case['score'].reshape(scores.shape), rtol=1e-4)

    target, weights = (torch.from_numpy(case[name]) for name in ('target', 'target_weight'))
    weights = weights.reshape(target.shape[0], target.shape[1], -1)[..., 0]
    head = model.head
    losses = [head.coarse_loss_module(predicted['coarse_keypoints'], predicted['coarse_sigmas'], target, weights)]
    for keypoints, sigmas in zip(predicted['keypoints'], predicted['sigmas']):
        losses.append(head.loss_module(keypoints, sigmas, target, weights))
    np.testing.assert_allclose([loss.item() for loss in losses], case['loss_values'], rtol=1e-4)
    sum(losses).backward()
    parameters = dict(model.named_parameters())
    ours = [
        'backbone.conv1.weight',
        'neck.convs.0.conv.weight',
        'head.coarse_keypoints.weight',
        'head.keypoint_classes',
        'head.layers.0.cross_attn.sampling_offsets.weight',
        'head.layers.5.cross_attn.value_proj.weight',
        'head.refine_branches.0.0.weight',
        'head.coarse_loss_module.flow_model.s.0.0.weight',
        'head.loss_module.flow_model.t.0.0.weight',
    ]
    norms = [parameters[name].grad.norm().item() for name in ours]
    np.testing.assert_allclose(norms, case['grad_norms'], rtol=1e-2)


def as_published(config):
    """Random weights of one of our configs under the names and shapes that the authors' files have."""
    register_all_modules()
    cfg = Config.fromfile(config)
    heads = cfg.model.head.get('num_heads', 8)
    model = build_pose_estimator(cfg.model)
    state = {}
    for key, value in model.state_dict().items():
        if key.startswith('head.sigma_branches.'):
            branch, layer, kind = key.removeprefix('head.sigma_branches.').split('.')
            key = (
                f'keypoint_head.fc_sigma_branches.{branch}.{int(layer) // 2}{".linear" if layer == "4" else ""}.{kind}'
            )
        elif key.startswith('head.'):
            if key.endswith('.cross_attn.value_proj.weight'):  # each head's matrix, transposed, below the other
                value = value.unflatten(0, (heads, -1)).transpose(1, 2).flatten(0, 1)
            elif key.endswith('.cross_attn.value_proj.bias'):
                value = value.unflatten(0, (heads, -1))
            key = PoseurSource.names.theirs(key)
        state[key] = value
    return state, model


@pytest.mark.parametrize(
    'network, data',
    [
        ('mobilenetv2', 'coco'),
        ('mobilenetv2-12dec', 'coco'),
        ('hrnet-w32', 'coco'),
        ('hrnet-w48', 'coco'),
        ('res50', 'mpii'),
        ('res50', 'coco-wholebody'),
        ('hrnet-w32', 'coco-wholebody'),
    ],
)
def test_each_published_file_goes_to_its_config(configs, tmp_path, network, data):
    (path,) = (configs / 'poseur').glob(f'td-reg_poseur-{network}_*_{data}-[0-9]*.py')
    weights, model = as_published(path)
    torch.save(weights, tmp_path / 'theirs.pth')
    found, _ = convert_checkpoint(tmp_path / 'theirs.pth', tmp_path / 'ours.pth', 'poseur')
    assert [config.name for config in found] == [path.name]
    ours = read_checkpoint(tmp_path / 'ours.pth')['state_dict']
    for key, value in model.state_dict().items():
        assert torch.equal(ours[key], value), key


def test_other_weights_are_refused(tmp_path):
    weights = reference_weights(load_case('poseur_r50_coco_256x192'))
    for change in (
        {'keypoint_head.transformer.fc_coord.linear.weight': torch.zeros(40, 256)},
        {'backbone.layer3.6.conv3.weight': torch.zeros(1)},
        {'keypoint_head.transformer.decoder.layers.6.attentions.0.attn.in_proj_weight': torch.zeros(1)},
    ):
        torch.save({**weights, **change}, tmp_path / 'theirs.pth')
        with pytest.raises(InputError, match='not a published checkpoint of poseur'):
            convert_checkpoint(tmp_path / 'theirs.pth', tmp_path / 'ours.pth', 'poseur')
    assert not (tmp_path / 'ours.pth').exists()


def test_authors_file_of_own_keypoints_and_layers(configs, tmp_path):
    weights = reference_weights(load_case('poseur_r50_coco_256x192'))
    transformer = 'keypoint_head.transformer.'
    for layer in ('fc_coord.linear.weight', 'fc_coord.linear.bias', 'fc_sigma.linear.weight', 'fc_sigma.linear.bias'):
        weights[transformer + layer] = weights[transformer + layer][:10]
    weights[f'{transformer}pos_embed.weight'] = weights[f'{transformer}pos_embed.weight'][:5]
    weights = {key: value for key, value in weights.items() if not re.search(r'(layers|branches)\.[45]\.', key)}
    torch.save(weights, tmp_path / 'theirs.pth')
    (base,) = (configs / 'poseur').glob('td-reg_poseur-res50_*_coco-256x192.py')
    config = own_config(tmp_path / 'own.py', base, head=dict(out_channels=5, num_layers=4))
    convert_checkpoint(tmp_path / 'theirs.pth', tmp_path / 'ours.pth', 'poseur', config)
    model = init_model(str(config), str(tmp_path / 'ours.pth'), device='cpu')
    assert torch.equal(model.head.keypoint_classes, weights[f'{transformer}pos_embed.weight'])
    with pytest.raises(InputError) as error:
        convert_checkpoint(tmp_path / 'theirs.pth', tmp_path / 'out.pth', 'poseur', base)
    assert str(error.value).endswith(
        ': head.out_channels (keypoints): 5 in the file, 17 in the config; '
        'head.num_layers (of the decoder): 4 in the file, 6 in the config'
    )


def test_own_sizes(configs, tmp_path):
    (small,) = (configs / 'poseur').glob('*-small_*_synthetic-*.py')
    config = own_config(
        tmp_path / 'own.py', small, neck=dict(out_channels=48), head=dict(in_channels=48, num_heads=6, num_layers=3)
    )
    weights, model = as_published(config)
    torch.save(weights, tmp_path / 'theirs.pth')
    convert_checkpoint(tmp_path / 'theirs.pth', tmp_path / 'ours.pth', 'poseur', config)
    assert_same(read_checkpoint(tmp_path / 'ours.pth')['state_dict'], model.state_dict())
    other = own_config(
        tmp_path / 'other.py', config, backbone=dict(depth=50), neck=dict(in_channels=[64, 128, 256, 512])
    )
    with pytest.raises(InputError) as error:
        convert_checkpoint(tmp_path / 'theirs.pth', tmp_path / 'out.pth', 'poseur', other)
    assert str(error.value).endswith(
        ': neck.in_channels (of the backbone): [16, 32, 64, 128] in the file, [64, 128, 256, 512] in the config; '
        'the number of units of backbone.layer1: 2 in the file, 3 in the config; '
        'the number of units of backbone.layer2: 2 in the file, 4 in the config; '
        'the number of units of backbone.layer3: 2 in the file, 6 in the config; '
        'the number of units of backbone.layer4: 2 in the file, 3 in the config'
    )
