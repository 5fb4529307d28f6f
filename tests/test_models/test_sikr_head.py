"""Symmetric integral regression: the authors' numbers, the two gradients, flip test, bad input."""

import math
import statistics
import time

import numpy as np
import pytest
import torch
from mmpose.structures import PoseDataSample
from parity import load_case, reference_input

from pose_plugins.models.heads import SIKRHead
from pose_plugins.models.layers import integral
from pose_plugins.utils.errors import InputError


def heatmaps_with_a_peak(x, y, size=(12, 16)):
    """Logits (1, 1, h, w) whose sigmoid is a Gaussian around a place."""
    width, height = size
    grid = (torch.arange(width) - x) ** 2 + (torch.arange(height)[:, None] - y) ** 2
    return torch.logit(0.9 * torch.exp(-grid / 4.0) + 1e-9)[None, None]


@pytest.mark.parametrize('normalization', ['sigmoid', 'softmax'])
def test_parity_of_the_layer(normalization):
    case = load_case(f'sikr_layer_{normalization}')
    name, shape = str(case['case']), tuple(case['heatmap_shape'])
    logits = (reference_input(name, shape) * float(case['heatmap_scale'])).requires_grad_()
    head = SIKRHead(4, shape[1], normalization=normalization, amplitude=float(case['amplitude']))
    predicted = head.regress(logits)
    keypoints = predicted['keypoints'] - 0.5  # the case's origin is the middle
    np.testing.assert_allclose(
        keypoints.detach(), case['keypoints'], rtol=0, atol=1e-5 * np.abs(case['keypoints']).max()
    )
    np.testing.assert_allclose(predicted['scores'], case['scores'][..., 0], rtol=1e-5)
    loss = (keypoints - torch.from_numpy(case['target'])).abs().sum() / shape[0]
    np.testing.assert_allclose(loss.item(), case['loss'], rtol=1e-5)
    (gradient,) = torch.autograd.grad(loss, logits)
    np.testing.assert_allclose(gradient, case['heatmap_grad'], rtol=0, atol=1e-5 * np.abs(case['heatmap_grad']).max())


def test_plain_integral_by_finite_differences_and_symmetric_by_formula():
    p = torch.rand(2, 3, 7, dtype=torch.double).softmax(-1).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: integral(x, symmetric=False), p)
    for amplitude, expected in ((None, 7 / 8), (2, 2)):
        mu = integral(p, amplitude)
        torch.testing.assert_close(mu, integral(p, symmetric=False))
        (gradient,) = torch.autograd.grad(mu.sum(), p)
        sign = torch.where(torch.arange(7) < mu[..., None], -1.0, 1.0).double()
        torch.testing.assert_close(gradient, expected * sign)
    # the middle of an even distribution: sign(0) is 1
    even = torch.full((5,), 0.2, requires_grad=True)
    (gradient,) = torch.autograd.grad(integral(even, 1.0), even)
    assert gradient.tolist() == [-1, -1, 1, 1, 1]
    outside = torch.full((4,), 2.0, requires_grad=True)  # sums to 8: mu is 12
    (gradient,) = torch.autograd.grad(integral(outside, 1.0), outside)
    assert gradient.tolist() == [1, 1, 1, 1]


def test_gradient_does_not_depend_on_the_place():
    """Moving peak and target together leaves the symmetric gradient as it is, and changes the plain one."""
    for symmetric in (True, False):
        gradients = []
        for x in (4.3, 9.3):
            marginal = torch.exp(-((torch.arange(14) - x) ** 2)).requires_grad_()
            (gradient,) = torch.autograd.grad(
                integral(marginal / marginal.detach().sum(), symmetric=symmetric), marginal
            )
            gradients.append(gradient.roll(-int(x))[:4])
        assert torch.allclose(*gradients, rtol=1e-4) == symmetric


def test_double_backward_is_refused():
    p = torch.rand(5).softmax(-1).requires_grad_()
    (gradient,) = torch.autograd.grad(integral(p) ** 2, p, create_graph=True)
    with pytest.raises(RuntimeError, match='twice a function that was marked with @once_differentiable'):
        gradient.sum().backward()


@pytest.mark.parametrize('normalization', ['sigmoid', 'softmax'])
def test_backward_keeps_no_more_than_the_plain_integral(normalization):
    """The sizes of what the pass saves: nothing as large as a heatmap beyond what the plain integral saves."""
    saved = {}
    for symmetric in (True, False):
        sizes = []
        logits = torch.randn(2, 3, 16, 12, requires_grad=True)
        with torch.autograd.graph.saved_tensors_hooks(lambda t, sizes=sizes: sizes.append(t.numel()) or t, lambda t: t):
            SIKRHead(4, 3, normalization=normalization, symmetric=symmetric).regress(logits)
        saved[symmetric] = [size for size in sizes if size >= logits.numel()]
    assert len(saved[True]) <= len(saved[False]) == 1


def test_cost_beside_the_plain_integral():
    """Forward and backward, measured in turn: at most 1.3 times the plain integral's in a round that nothing disturbs."""
    logits = torch.randn(4, 133, 64, 48, requires_grad=True)
    heads = [SIKRHead(4, 133, symmetric=symmetric) for symmetric in (True, False)]

    def seconds(head):
        start = time.perf_counter()
        torch.autograd.grad(head.regress(logits)['keypoints'].sum(), logits)
        return time.perf_counter() - start

    def ratio():
        rounds = ([seconds(head) for head in heads] for _ in range(15))
        return statistics.median(symmetric / plain for symmetric, plain in rounds)

    assert any(ratio() <= 1.3 for _ in range(5))


def test_autocast_computes_in_float32():
    p = torch.rand(3, 64).softmax(-1).requires_grad_()
    with torch.autocast('cpu', dtype=torch.bfloat16):
        mu = integral(p.bfloat16())
        logits = torch.randn(1, 2, 16, 12)
        predicted = SIKRHead(4, 2).regress(logits.bfloat16())
    assert mu.dtype == predicted['keypoints'].dtype == torch.float32
    torch.testing.assert_close(predicted['keypoints'], SIKRHead(4, 2).regress(logits.bfloat16().float())['keypoints'])


@pytest.mark.parametrize('normalization', ['sigmoid', 'softmax'])
def test_a_peak_is_found_to_subpixels(normalization):
    """Logits of the input's place -> network's output -> codec: pixels of the input."""
    head = SIKRHead(
        4, 1, normalization=normalization, decoder=dict(type='SIKRLabel', input_size=(48, 64), heatmap_size=(12, 16))
    )
    logits = heatmaps_with_a_peak(5.3, 8.6)
    predicted = head.regress(logits if normalization == 'sigmoid' else logits.sigmoid().log())
    keypoints, scores = head.decoder.decode(
        torch.cat([predicted['keypoints'], predicted['scores'][..., None]], -1).numpy()
    )
    np.testing.assert_allclose(keypoints[0, 0], (5.3 * 4, 8.6 * 4), atol=0.05)
    assert scores[0, 0] == (pytest.approx(logits.sigmoid().max().item()) if normalization == 'sigmoid' else 1)


@pytest.mark.parametrize('mode', ['heatmap', 'coordinate'])
def test_flip_test_of_a_mirrored_prediction_changes_nothing(mode):
    """When the mirror's heatmaps are the mirror image, the average is the prediction."""
    torch.manual_seed(0)
    head = SIKRHead(3, 3, decoder=dict(type='SIKRLabel', input_size=(12, 16), heatmap_size=(12, 16)))
    head.final_layer = torch.nn.Identity()
    logits = torch.cat([heatmaps_with_a_peak(x, 8.0) for x in (3.0, 5.5, 7.0)], dim=1)
    sample = PoseDataSample(metainfo=dict(flip_indices=[0, 2, 1], input_size=(12, 16)))
    mirrored = logits[:, [0, 2, 1]].flip(3)
    (once,) = head.predict((logits,), [sample], dict(flip_test=False))
    (twice,) = head.predict([(logits,), (mirrored,)], [sample], dict(flip_test=True, flip_mode=mode))
    np.testing.assert_allclose(twice.keypoints, once.keypoints, atol=1e-4)
    np.testing.assert_allclose(twice.keypoint_scores, once.keypoint_scores, atol=1e-6)
    with pytest.raises(InputError, match="test_cfg: flip_mode='both': choose from heatmap, coordinate"):
        head.predict([(logits,), (mirrored,)], [sample], dict(flip_test=True, flip_mode='both'))


@pytest.mark.parametrize('mode', [None, 'heatmap', 'coordinate', 'integral'])
def test_heatmaps_to_be_drawn(mode):
    """They come beside the keypoints, as MMPose's heads of heatmaps give them."""
    head = SIKRHead(3, 3, decoder=dict(type='SIKRLabel', input_size=(12, 16), heatmap_size=(12, 16)))
    head.final_layer = torch.nn.Identity()
    logits, mirrored = torch.randn(2, 2, 3, 16, 12)
    sample = PoseDataSample(metainfo=dict(flip_indices=[0, 2, 1], input_size=(12, 16)))
    cfg = dict(flip_test=mode is not None, flip_mode=mode, output_heatmaps=True)
    feats = [(logits,), (mirrored,)] if mode else (logits,)
    instances, fields = head.predict(feats, [sample, sample], cfg)
    expected = (logits + mirrored.flip(3)[:, [0, 2, 1]]) / 2 if mode else logits
    torch.testing.assert_close(torch.stack([field.heatmaps for field in fields]), expected)
    without = head.predict(feats, [sample, sample], {**cfg, 'output_heatmaps': False})
    np.testing.assert_array_equal(instances[0].keypoints, without[0].keypoints)


@pytest.mark.parametrize('value', [math.nan, -math.inf])
def test_heatmaps_without_an_integral_are_refused(value):
    heatmaps = torch.zeros(2, 3, 8, 6)
    heatmaps[1, 2] = value
    head = SIKRHead(3, 3)
    head.final_layer = torch.nn.Identity()
    assert head.regress(heatmaps)['keypoints'][1, 2].isnan().all()  # of which a training's loss is made, and ends it
    with pytest.raises(InputError, match='holds NaN or sums to zero'):
        head.predict((heatmaps,), [], {})


def test_bad_arguments():
    for amplitude in (0, -1, math.nan):
        with pytest.raises(InputError, match=f'amplitude={amplitude}: must be positive'):
            SIKRHead(4, 3, amplitude=amplitude)
        with pytest.raises(InputError, match=f'amplitude={amplitude}: must be positive'):
            integral(torch.ones(3), amplitude)
    with pytest.raises(InputError, match="normalization='sum': choose from sigmoid, softmax"):
        SIKRHead(4, 3, normalization='sum')
