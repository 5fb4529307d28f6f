"""Poseur's head and loss: formulas, noisy groups, flip test, mixed precision, bad input."""

import math
from fnmatch import fnmatch

import numpy as np
import pytest
import torch
from half_types import HALF_TYPES
from mmengine.structures import InstanceData
from mmpose.structures import PoseDataSample

from pose_plugins.models.heads import PoseurHead
from pose_plugins.models.heads.poseur_noise import NoisyReferences
from pose_plugins.models.losses import PoseurRLELoss
from pose_plugins.utils.errors import InputError

CODEC = dict(type='RLELaplaceLabel', input_size=(48, 64))
NOISE = dict(num_groups=2, num_points=4, variance=0.2)


def small_head(**kwargs):
    torch.manual_seed(0)
    settings = dict(num_layers=2, num_heads=4, feedforward_channels=32, dropout=0.0, decoder=CODEC)
    return PoseurHead(**{**dict(in_channels=16, out_channels=5), **settings, **kwargs})


def features(batch=2):
    generator = torch.Generator().manual_seed(1)
    return tuple(torch.randn(batch, 16, 16 // 2**i, 12 // 2**i, generator=generator) for i in range(4))


def samples(batch=2, keypoints=5):
    result = []
    for i in range(batch):
        sample = PoseDataSample(metainfo=dict(flip_indices=[0, 2, 1, 4, 3], input_size=(48, 64)))
        generator = torch.Generator().manual_seed(i)
        sample.gt_instance_labels = InstanceData(keypoint_labels=torch.rand(1, keypoints, 2, generator=generator))
        sample.gt_instance_labels.keypoint_weights = torch.ones(1, keypoints)
        result.append(sample)
    return result


def test_the_flow_is_a_density():
    """Whatever its weights, it integrates to one over the plane."""
    torch.manual_seed(0)
    flow = PoseurRLELoss().flow_model
    for parameter in flow.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    axis = torch.linspace(-12, 13, 500)
    grid = torch.stack(torch.meshgrid(axis, axis, indexing='ij'), -1).view(-1, 2)
    with torch.no_grad():
        mass = flow.log_prob(grid).exp().sum() * (axis[1] - axis[0]) ** 2
    assert mass.item() == pytest.approx(1, abs=1e-3)


def test_loss_by_its_formula():
    loss = PoseurRLELoss()
    for parameter in loss.flow_model.parameters():
        torch.nn.init.zeros_(parameter)  # the flow is its prior, N((0.5, 0.5), I)
    keypoints, target = torch.tensor([[[0.4, 0.6], [0.9, 0.9]]]), torch.tensor([[[0.5, 0.3], [0.1, 0.1]]])
    sigmas, weights = torch.tensor([[[0.1, 0.2], [0.5, 0.5]]]), torch.tensor([[2.0, 0.0]])
    expected = 0
    for error, sigma in ((-0.1, 0.1), (0.3, 0.2)):
        log_phi = sum(-0.5 * (e - 0.5) ** 2 - 0.5 * math.log(2 * math.pi) for e in (-0.1 / 0.1, 0.3 / 0.2))
        expected += math.log(sigma) - log_phi
        expected += math.log(sigma * math.sqrt(2 * math.pi)) + abs(error) / (math.sqrt(2) * sigma)
    assert loss(keypoints, sigmas, target, weights).item() == pytest.approx(2 * expected / 2, rel=1e-5)


def test_noise_moves_so_many_points():
    torch.manual_seed(0)
    noise = NoisyReferences(17)
    references = torch.rand(200, 1, 17, 2)
    noisy = noise(references)
    assert noisy.shape == (200, 3, 17, 2)
    moved = (noisy != references).any(-1)
    assert (moved.flatten(1).sum(1) == 12).all()
    assert noisy.min() >= -0.7 and noisy.max() <= 1.7
    shift = (noisy - references)[moved]
    inside = shift[(noisy[moved] > -0.7).all(-1) & (noisy[moved] < 1.7).all(-1)]
    assert 0.15 < inside.var() < 0.2  # clipping takes a little


def test_groups_with_noise_leave_the_first_alone():
    """In training, the group without noise is predicted as if it were alone; the others differ."""
    head = small_head(noise=NOISE).train()
    with torch.no_grad():
        noisy = head(features())
        alone = head.eval()(features())
    assert noisy['keypoints'].shape == (2, 2, 3, 5, 2)
    torch.testing.assert_close(noisy['keypoints'][:, :, 0], alone['keypoints'])
    torch.testing.assert_close(noisy['sigmas'][:, :, 0], alone['sigmas'])
    assert not torch.allclose(noisy['keypoints'][:, :, 1], alone['keypoints'], atol=1e-4)


@pytest.mark.parametrize('start', ['coarse', 'learned'])
@pytest.mark.parametrize('levels', [(3,), (0, 1, 2, 3)])
def test_every_parameter_learns(start, levels):
    head = small_head(noise=NOISE, query_start=start, feature_levels=levels).train()
    losses = head.loss(features(), samples())
    assert list(losses) == ['loss_coarse', 'd0.loss_kpt', 'loss_kpt', 'acc_pose']
    sum(loss for name, loss in losses.items() if 'loss' in name).backward()
    head.zero_grad()
    for layer in head.layers:  # which begin at zero
        torch.nn.init.normal_(layer.cross_attn.attention_weights.weight)
    losses = head.loss(features(), samples())
    sum(loss for name, loss in losses.items() if 'loss' in name).backward()
    idle = [name for name, p in head.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert idle == []


def test_the_coarse_pose_learns_from_its_own_loss_alone():
    head = small_head().train()
    losses = head.loss(features(), samples())
    (losses['d0.loss_kpt'] + losses['loss_kpt']).backward()
    assert head.coarse_keypoints.weight.grad is None and head.keypoint_classes.grad is not None


@pytest.mark.parametrize('dtype', HALF_TYPES)
def test_first_steps_of_mixed_precision(dtype):
    head = small_head(noise=NOISE).train()
    optimizer = torch.optim.AdamW(head.parameters(), 1e-3)
    large = tuple(20 * feature for feature in features())
    for _ in range(3):
        with torch.autocast('cpu', dtype=dtype):
            losses = head.loss(large, samples())
            total = sum(loss for name, loss in losses.items() if 'loss' in name)
        assert total.isfinite()
        optimizer.zero_grad()
        total.backward()
        optimizer.step()


def test_flip_test_weighs_by_score():
    head = small_head().eval()
    first, second = (dict() for _ in range(2))
    for predicted, x, sigma in ((first, 0.25, 0.1), (second, 0.5, 0.3)):
        predicted['keypoints'] = torch.full((1, 1, 5, 2), x)
        predicted['sigmas'] = torch.full((1, 1, 5, 2), sigma)
    answers = iter((first, second))
    head.forward = lambda feats: next(answers)
    (result,) = head.predict([None, None], samples(1), dict(flip_test=True, shift_coords=False))
    s = [(1 - math.exp(-0.2 / sigma)) ** 2 for sigma in (0.1, 0.3)]
    x = (0.25 * s[0] ** 5 + (1 - 0.5) * s[1] ** 5) / (s[0] ** 5 + s[1] ** 5)
    np.testing.assert_allclose(result.keypoints[0, :, 0], 48 * x, rtol=1e-5)
    np.testing.assert_allclose(result.keypoint_scores[0], sum(s) / 2, rtol=1e-5)


def test_flip_test_of_hardly_certain_keypoints():
    """Weights to the fifth leave the numbers' range; what both passes agree on stays."""
    head = small_head(decoder={**CODEC, 'a': 0.02}).eval()
    answer = dict(keypoints=torch.full((1, 1, 5, 2), 0.5), sigmas=torch.full((1, 1, 5, 2), 0.5))
    head.forward = lambda feats: {name: value.clone() for name, value in answer.items()}
    (result,) = head.predict([None, None], samples(1), dict(flip_test=True, shift_coords=False))
    np.testing.assert_allclose(result.keypoints[0], [(24, 32)] * 5, rtol=1e-4)


def test_bad_input():
    with pytest.raises(InputError, match='in_channels=16: the neck gives feature maps of 16, 16, 16, 8 channels'):
        small_head()((*features()[:3], torch.zeros(2, 8, 2, 2)))
    for bad, message in (
        (dict(num_heads=3), r'in_channels=16: must be a multiple of 3 \(num_heads=3\)'),
        (dict(num_points=0), 'num_points=0: must be at least 1'),
        (dict(in_channels=18, num_heads=3), r'in_channels=18: must be a multiple of 4 \(its positions'),
        (dict(dropout=1.5), r'dropout=1.5: must lie in \[0, 1\)'),
        (dict(noise=dict(num_groups=0)), 'noise: num_groups=0: must be at least 1'),
        (dict(noise=dict(num_points=16)), 'noise: num_points=16: there are 3 x 5 = 15 points to move'),
        (dict(noise=dict(variance=-1)), 'noise: variance=-1: must be at least 0'),
        (
            dict(decoder=dict(type='RegressionLabel', input_size=(48, 64))),
            'decoder=.*: gives no scores; Poseur takes RLELap',
        ),
    ):
        with pytest.raises(InputError, match=message):
            small_head(**bad)
    for sigma in (0.0, math.nan):
        sigmas, known = torch.full((1, 2, 2), sigma), torch.ones(1, 2)
        loss = PoseurRLELoss()(torch.rand(1, 2, 2), sigmas, torch.rand(1, 2, 2), known)
        assert not loss.isfinite()  # which ends a training
    with pytest.raises(InputError, match=r'the neck gives 4 feature maps, 0 to 3'):
        small_head(feature_levels=(0, 4))(features())
    with pytest.raises(InputError, match='decoder: without a codec the head can learn, but not predict'):
        small_head(decoder=None).eval().predict(features(), samples())
    with pytest.raises(InputError, match='out_channels=5 of the head: the codec encoded 6 keypoints'):
        small_head().loss(features(), samples(keypoints=6))
    with pytest.raises(InputError, match="query_start='random': choose from coarse, learned"):
        small_head(query_start='random')


def test_begins_as_the_published_models():
    """Deviations of every matrix: Xavier's, a hundredth of it in the branches of coordinates, and one for the levels."""
    torch.manual_seed(0)
    channels, heads, hidden, keypoints = 64, 8, 256, 17
    head = PoseurHead(in_channels=channels, out_channels=keypoints, feedforward_channels=hidden, decoder=CODEC)
    attention = 'layers.*.cross_attn'
    shapes = {
        'coarse_keypoints.weight': (channels, 2 * keypoints),
        'coarse_sigmas.weight': (channels, 2 * keypoints),
        'keypoint_classes': (keypoints, channels),
        'keypoint_encoder.0.weight': (2 * channels, channels),
        'layers.*.self_attn.in_proj_weight': (channels, 3 * channels),
        'layers.*.self_attn.out_proj.weight': (channels, channels),
        f'{attention}.sampling_offsets.weight': (channels, heads * 4 * 4 * 2),
        f'{attention}.attention_weights.weight': (channels, heads * 4 * 4),
        # of each head a matrix of the authors', (C, C / heads), one below the other; their biases are a matrix, too
        f'{attention}.value_proj.weight': (heads * channels, channels // heads),
        f'{attention}.value_proj.bias': (heads, channels // heads),
        f'{attention}.output_proj.weight': (channels, channels),
        'layers.*.linear1.weight': (channels, hidden),
        'layers.*.linear2.weight': (hidden, channels),
    }
    hundredths = {
        **{
            f'{branch}.*.{i}.weight': (channels, channels)
            for branch in ('refine_branches', 'output_branches')
            for i in (0, 2)
        },
        **{
            f'{branch}.*.4.weight': (channels, 2) for branch in ('refine_branches', 'output_branches', 'sigma_branches')
        },
    }
    checked = set()
    for gain, group in ((1, shapes), (0.01, hundredths)):
        for pattern, sizes in group.items():
            found = {n: p for n, p in head.named_parameters() if fnmatch(n, pattern)}
            values = torch.cat([p.flatten() for p in found.values()])
            limit = gain * math.sqrt(6 / sum(sizes))  # of a uniform distribution
            assert values.std().item() == pytest.approx(limit / math.sqrt(3), rel=0.08), pattern
            assert 0.9 * limit < values.abs().max() <= limit, pattern
            checked |= found.keys()
    assert head.levels.level_embeds.std().item() == pytest.approx(1, rel=0.15)
    left = {n for n, p in head.named_parameters() if p.dim() > 1 and 'flow' not in n} - checked
    assert {n.split('.')[0] for n in left} == {
        'levels',
        'sigma_branches',
    }  # the first two layers of the latter: PyTorch's
    bias = head.layers[0].cross_attn.sampling_offsets.bias.view(heads, 4, 4, 2)
    assert bias[0, 0].tolist() == [[1, 0], [2, 0], [3, 0], [4, 0]]
