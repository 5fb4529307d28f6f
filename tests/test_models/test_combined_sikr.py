"""The combined loss: some keypoints learned as heatmaps, the others as integrals, with weights."""

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData, PixelData
from mmpose.codecs import MSRAHeatmap
from mmpose.structures import PoseDataSample

from pose_plugins.models.heads import SIKRHead
from pose_plugins.models.layers import heatmap_peaks
from pose_plugins.utils.errors import InputError

CODEC = dict(type='SIKRLabel', input_size=(48, 64), heatmap_size=(12, 16), sigma=1.5)
GROUPS = [dict(keypoints=[3, 0], supervision='heatmap'), dict(keypoints=[1], weight=10), dict(keypoints=[2, 4])]


def combined_head(**kwargs):
    head = SIKRHead(
        **{**dict(in_channels=5, out_channels=5, keypoint_groups=GROUPS, decoder=CODEC, amplitude=2), **kwargs}
    )
    head.final_layer = torch.nn.Identity()  # the features are the heatmaps
    return head


def sample_of(labels, weights, heatmaps):
    sample = PoseDataSample(metainfo=dict(flip_indices=[0, 1, 2, 4, 3], input_size=(48, 64)))
    sample.gt_instance_labels = InstanceData(keypoint_labels=labels[None], keypoint_weights=weights[None])
    sample.gt_fields = PixelData(heatmaps=heatmaps)
    return sample


def test_the_loss_by_its_formula():
    torch.manual_seed(0)
    heatmaps, targets = torch.randn(2, 5, 16, 12), torch.rand(2, 5, 16, 12)
    labels = torch.rand(2, 5, 2)
    weights = torch.tensor([[1.0, 1, 0, 1, 1], [0, 1, 1, 1, 1]])
    head = combined_head(loss=dict(type='L1Loss', reduction='sum', use_target_weight=True, loss_weight=0.01))
    losses = head.loss((heatmaps,), [sample_of(*of) for of in zip(labels, weights, targets)])

    error = ((heatmaps - targets) ** 2).mean((2, 3))[:, [0, 3]]  # (B, 2)
    torch.testing.assert_close(losses['loss_heatmap'], 100 * 0.5 * (error * weights[:, [0, 3]]).mean())
    p = heatmaps.sigmoid() / heatmaps.sigmoid().sum((2, 3), keepdim=True)
    x = (p.sum(2) * torch.arange(12)).sum(-1) / 12
    y = (p.sum(3) * torch.arange(16)).sum(-1) / 16
    error = (torch.stack([x, y], -1) - labels).abs().sum(-1) * weights * torch.tensor([0.0, 10, 1, 0, 1])
    torch.testing.assert_close(losses['loss_kpt'], 0.01 * error.sum() / 2)


def test_each_loss_reaches_its_own_keypoints():
    heatmaps = torch.randn(1, 5, 16, 12, requires_grad=True)
    losses = combined_head().loss((heatmaps,), [sample_of(torch.rand(5, 2), torch.ones(5), torch.rand(5, 16, 12))])
    for name, chosen in (('loss_heatmap', [0, 3]), ('loss_kpt', [1, 2, 4])):
        (gradient,) = torch.autograd.grad(losses[name], heatmaps, retain_graph=True)
        assert gradient.abs().sum((0, 2, 3)).nonzero().flatten().tolist() == chosen


def test_body_from_the_peak_and_the_rest_from_the_integral():
    """Keypoints that go in come out, whichever way they are learned."""
    head = combined_head()
    keypoints = np.random.default_rng(0).uniform((8, 8), (40, 56), (1, 5, 2)).astype(np.float32)
    encoded = torch.from_numpy(head.decoder.encode(keypoints)['heatmaps'])[None]  # Gaussians of 1
    cells = torch.from_numpy(keypoints[0]) / 4
    grid_x, grid_y = torch.arange(12.0), torch.arange(16.0)[:, None]
    bumps = [0.9 * torch.exp(-((grid_x - x) ** 2 + (grid_y - y) ** 2) / 2) + 1e-6 for x, y in cells]
    logits = torch.stack(bumps).logit()[None]
    logits[:, [0, 3]] = encoded[:, [0, 3]]
    (predicted,) = head.predict((logits,), [sample_of(cells, torch.ones(5), encoded[0])], dict(flip_test=False))
    found = np.abs(predicted.keypoints - keypoints)[0].max(-1)
    assert found[[1, 2, 4]].max() < 0.1
    assert found[[0, 3]].max() < 2  # encoded at whole pixels of the heatmap, which are 4 of the input
    np.testing.assert_allclose(predicted.keypoint_scores[0, [0, 3]], 1)
    theirs, _ = MSRAHeatmap((48, 64), (12, 16), sigma=1.5).decode(encoded[0].numpy())
    np.testing.assert_allclose(predicted.keypoints[0, [0, 3]], theirs[0, [0, 3]], atol=1e-4)


def test_peaks_are_those_of_the_plain_codec():
    heatmaps = torch.rand(3, 7, 16, 12)
    heatmaps[..., 2:-2, 2:-2] += 1  # MMPose leaves more of the border unrefined
    peaks, scores = heatmap_peaks(heatmaps)
    codec = MSRAHeatmap((12, 16), (12, 16), sigma=2)
    for ours, values, person in zip(peaks, scores, heatmaps):
        theirs, their_scores = codec.decode(person.numpy())
        np.testing.assert_allclose(ours, theirs[0])
        np.testing.assert_allclose(values, their_scores[0])
    corner = torch.zeros(1, 1, 4, 5)
    corner[..., 0, 4] = 1
    assert heatmap_peaks(corner)[0].tolist() == [[[4, 0]]]


@pytest.mark.parametrize(
    'groups, message',
    [
        ([dict(keypoints=[0, 1, 2]), dict(keypoints=[2, 3, 4])], 'keypoint 2 is in group 0 and in group 1'),
        ([dict(keypoints=[0, 1, 4])], r'no group has keypoint 2, 3 \(of 5\)'),
        ([], r'no group has keypoint 0, 1, 2, 3, 4 \(of 5\)'),
        ([dict(keypoints=5)], r'keypoint_groups\[0\]: keypoints=5: must be a list of indices'),
        ([dict(keypoints=range(6))], r'keypoint_groups\[0\]: there is no keypoint 5, they are 0 to 4'),
        ([dict(keypoints=range(5), supervision='peak')], "supervision='peak': choose from heatmap, integral"),
        ([dict(keypoints=range(5), weight=-1)], 'weight=-1: must be a number, zero or larger'),
        ([dict(keypoints=range(5), loss='mse')], 'has keypoints, supervision and weight; got keypoints, loss'),
    ],
)
def test_bad_groups(groups, message):
    with pytest.raises(InputError, match=message):
        combined_head(keypoint_groups=groups)


def test_a_heatmap_of_nan_has_no_peak():
    heatmaps = torch.zeros(1, 5, 16, 12)
    heatmaps[0, 3] = torch.nan
    with pytest.raises(InputError, match='a heatmap holds NaN .* no peak'):
        combined_head().predict((heatmaps,), [], {})


def test_heatmaps_need_a_sigma():
    with pytest.raises(InputError, match='must be a SIKRLabel with a sigma'):
        combined_head(decoder=dict(type='RegressionLabel', input_size=(48, 64)))
    sample = sample_of(torch.rand(5, 2), torch.ones(5), torch.rand(5, 16, 12))
    del sample.gt_fields
    with pytest.raises(InputError, match="GenerateTarget: its encoder makes no heatmaps; give it the head's codec"):
        combined_head().loss((torch.zeros(1, 5, 16, 12),), [sample])
    with pytest.raises(InputError, match='must be a SIKRLabel with a sigma'):
        combined_head(decoder={**CODEC, 'sigma': None})


def test_heatmaps_have_weights_of_their_own():
    """A keypoint outside of the crop, whose Gaussian reaches into it, is learned as a heatmap and not as an integral."""
    sample = sample_of(torch.rand(5, 2), torch.zeros(5), torch.rand(5, 16, 12))
    sample.gt_instance_labels.heatmap_keypoint_weights = torch.ones(1, 5)
    losses = combined_head().loss((torch.randn(1, 5, 16, 12),), [sample])
    assert losses['loss_heatmap'] > 0 and losses['loss_kpt'] == 0


def test_the_published_flip_test():
    """Integrals of both maps are averaged, and maps of the keypoints that are learned as heatmaps."""
    torch.manual_seed(0)
    head = combined_head()
    first, second = 3 * torch.randn(2, 5, 16, 12), 3 * torch.randn(2, 5, 16, 12)
    samples = [sample_of(torch.rand(5, 2), torch.ones(5), torch.rand(5, 16, 12)) for _ in range(2)]
    cfg = dict(flip_test=True, flip_mode='integral', shift_heatmap=True)
    predicted = head.predict(((first,), (second,)), samples, cfg)
    back = second.flip(-1)[:, [0, 1, 2, 4, 3]]
    back[..., 1:] = back[..., :-1].clone()
    one, other, mean = (head.regress(maps) for maps in (first, back, (first + back) / 2))
    for i, person in enumerate(predicted):
        for name, scale in (('keypoints', torch.tensor([48, 64])), ('scores', 1)):
            expected = (one[name][i] + other[name][i]) / 2
            expected[[0, 3]] = mean[name][i][[0, 3]]
            found = person.keypoints[0] if name == 'keypoints' else person.keypoint_scores[0]
            np.testing.assert_allclose(found, expected * scale, rtol=1e-4)
    averaged_maps = head.predict(((first,), (second,)), samples, {**cfg, 'flip_mode': 'heatmap'})
    assert np.abs(averaged_maps[0].keypoints - predicted[0].keypoints)[0, [1, 2, 4]].max() > 0.1
