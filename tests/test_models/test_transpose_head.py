"""The head of TransPose: its variants, other resolutions, bad input."""

import copy

import pytest
import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.runner import load_checkpoint
from mmpose.models import build_pose_estimator
from mmpose.registry import MODELS
from mmpose.utils import register_all_modules

from pose_plugins.checkpoints import check_fit
from pose_plugins.models.heads import TransPoseHead
from pose_plugins.utils.errors import InputError

SMALL = dict(in_channels=6, out_channels=5, embed_dims=8, num_layers=2, num_heads=2, feedforward_channels=16)


@pytest.fixture(scope='module')
def r_a4(configs):
    register_all_modules()
    cfg = Config.fromfile(configs / 'transpose/td-hm_transpose-r-a4_1xb20-230e_coco-256x192.py')
    cfg.model.backbone.init_cfg = None
    return cfg


@pytest.mark.parametrize('upsample, size', [('deconv', (12, 8)), ('bilinear', (12, 8)), ('none', (6, 4))])
@pytest.mark.parametrize('position_encoding', ['sine', 'learnable', 'none'])
def test_variants_give_heatmaps_and_train(upsample, size, position_encoding):
    torch.manual_seed(0)
    head = TransPoseHead(**SMALL, feature_size=(4, 6), upsample=upsample, position_encoding=position_encoding)
    head.init_weights()
    heatmaps = head((torch.randn(2, 6, 6, 4),))
    assert heatmaps.shape == (2, 5, *size)
    heatmaps.square().sum().backward()
    assert all(parameter.grad is not None for parameter in head.parameters())


def test_position_is_what_tells_places_apart():
    """Without a position, and with 1x1 convolutions alone, a permutation of the pixels permutes the heatmaps."""
    torch.manual_seed(0)
    features, order = torch.randn(1, 6, 6, 4), torch.randperm(24)
    for encoding, equal in (('none', True), ('sine', False)):
        head = TransPoseHead(**SMALL, feature_size=(4, 6), upsample='none', position_encoding=encoding).eval()
        head.final_layer.reset_parameters()
        shuffled = head((features.flatten(2)[..., order].unflatten(2, (6, 4)),)).flatten(2)
        assert torch.allclose(shuffled, head((features,)).flatten(2)[..., order], atol=1e-5) == equal


def at_another_size(cfg, **head):
    cfg = copy.deepcopy(cfg)
    cfg.model.head.update(feature_size=(36, 48), **head)
    return build_pose_estimator(cfg.model).eval()


def test_sine_weights_run_at_another_resolution(r_a4, tmp_path):
    model = build_pose_estimator(r_a4.model).eval()
    torch.save(dict(state_dict=model.state_dict()), tmp_path / '256x192.pth')
    larger = at_another_size(r_a4)
    check_fit(larger, model.state_dict(), '256x192.pth')
    load_checkpoint(larger, str(tmp_path / '256x192.pth'), strict=True)
    with torch.no_grad():
        assert larger(torch.zeros(1, 3, 384, 288), None, mode='tensor').shape == (1, 17, 96, 72)
        with pytest.raises(InputError, match=r'feature_size=\(36, 48\) .* \(24, 32\), which is what'):
            larger(torch.zeros(1, 3, 256, 192), None, mode='tensor')


def test_learnable_weights_are_refused_or_interpolated(r_a4, tmp_path):
    cfg = copy.deepcopy(r_a4)
    cfg.model.head.position_encoding = 'learnable'
    weights = build_pose_estimator(cfg.model).state_dict()
    torch.save(dict(state_dict=weights), tmp_path / '256x192.pth')
    message = r'for feature_size=\(24, 32\), this model has feature_size=\(36, 48\): set interpolate_position=True'
    with pytest.raises(InputError, match=message):
        load_checkpoint(at_another_size(cfg), str(tmp_path / '256x192.pth'))
    with pytest.raises(InputError, match=message):
        check_fit(at_another_size(cfg), dict(weights), '256x192.pth')
    willing = at_another_size(cfg, interpolate_position=True)
    check_fit(willing, dict(weights), '256x192.pth')
    load_checkpoint(willing, str(tmp_path / '256x192.pth'), strict=True)
    corner = weights['head.learnable.weight'][0, :, 0, 0], willing.head.learnable.weight[0, :, 0, 0]
    assert torch.corrcoef(torch.stack(corner))[0, 1] > 0.9


def test_mpii_starts_from_a_coco_checkpoint(r_a4, configs, tmp_path):
    """All but the last convolution, which has another number of keypoints; and that one learns faster."""
    coco = build_pose_estimator(r_a4.model)
    torch.save(dict(state_dict=coco.state_dict()), tmp_path / 'coco.pth')
    cfg = Config.fromfile(configs / 'transpose/td-hm_transpose-r-a4_1xb20-100e_mpii-256x256.py')
    mpii = build_pose_estimator(cfg.model)
    load_checkpoint(mpii, str(tmp_path / 'coco.pth'))
    theirs, ours = coco.state_dict(), mpii.state_dict()
    other = [key for key in ours if theirs[key].shape != ours[key].shape or not torch.equal(theirs[key], ours[key])]
    assert other == ['head.final_layer.weight', 'head.final_layer.bias']
    optimizer = build_optim_wrapper(mpii, cfg.optim_wrapper).optimizer
    rate_of = {parameter: group['lr'] for group in optimizer.param_groups for parameter in group['params']}
    rates = {name: rate_of[parameter] for name, parameter in mpii.named_parameters()}
    assert {name for name, rate in rates.items() if round(rate, 9) == 1e-4} == set(other)
    assert {round(rate, 9) for rate in rates.values()} == {1e-5, 1e-4}


@pytest.mark.parametrize(
    'bad, message',
    [
        (dict(num_heads=3), r'embed_dims=8: must be a multiple of 3 \(num_heads=3\)'),
        (dict(position_encoding='sin'), "position_encoding='sin': choose from sine, learnable, none"),
        (dict(upsample='nearest'), "upsample='nearest': choose from deconv, bilinear, none"),
        (dict(num_layers=0), 'num_layers=0: must be at least 1'),
        (dict(dropout=1.0), r'dropout=1.0: must lie in \[0, 1\)'),
        (dict(embed_dims=6), r'embed_dims=6: must be a multiple of 4 \(a sine'),
        (dict(feature_size=(4, 0)), r'feature_size=\(4, 0\): must be the width and the height'),
    ],
    ids=lambda value: '_'.join(value) if isinstance(value, dict) else '',
)
def test_bad_arguments(bad, message):
    with pytest.raises(InputError, match=message) as error:
        TransPoseHead(**{**SMALL, 'feature_size': (4, 6), **bad})
    assert '\n' not in str(error.value)


@pytest.mark.parametrize(
    'token, reduce, deconv',
    [('r-a4', (3 * 512) ** -0.5, (3 * 256 * 16) ** -0.5), ('h-a6', 0.001, None)],  # R's: uniform, as PyTorch's default
)
def test_begins_as_published(configs, token, reduce, deconv):
    (path,) = (configs / 'transpose').glob(f'td-hm_transpose-{token}_*_coco-256x192.py')
    register_all_modules()
    torch.manual_seed(0)
    head = MODELS.build(Config.fromfile(path).model.head)
    head.init_weights()
    assert head.reduce.weight.std().item() == pytest.approx(reduce, rel=0.05)
    assert head.final_layer.weight.std().item() == pytest.approx(0.001, rel=0.1)
    assert not head.final_layer.bias.any()
    if deconv:
        assert head.deconv_layers[0].weight.std().item() == pytest.approx(deconv, rel=0.05)
    linear = head.encoder.layers[0].linear1.weight
    assert linear.std().item() == pytest.approx((2 / sum(linear.shape)) ** 0.5, rel=0.05)
