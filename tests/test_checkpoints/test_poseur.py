"""The authors' Poseur checkpoints: coordinates, sigmas, losses, gradients and the score, to rounding."""

import numpy as np
import pytest
import torch
from mmpose.apis import init_model
from parity import load_case, reference_input, reference_weights

from pose_plugins.checkpoints.convert import convert_checkpoint
from pose_plugins.codecs import RLELaplaceLabel
from pose_plugins.errors import InputError


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
