"""TFPose's head: the refinement by its formula, symmetries, losses, what is only there in training, bad input."""

import numpy as np
import pytest
import torch
from half_types import HALF_TYPES
from mmengine.structures import InstanceData, PixelData
from mmpose.structures import PoseDataSample

from pose_plugins.models.heads import TFPoseHead
from pose_plugins.models.layers import DeformableEncoder
from pose_plugins.utils.errors import InputError

CODEC = dict(type='SigmoidRefinementLabel', input_size=(64, 96))
KEYPOINTS = 5


def small_head(**kwargs):
    torch.manual_seed(0)
    settings = dict(
        num_encoder_layers=1, num_layers=3, num_heads=4, feedforward_channels=32, dropout=0.0, decoder=CODEC
    )
    head = TFPoseHead(**{**dict(in_channels=16, out_channels=KEYPOINTS), **settings, **kwargs})
    for correction in head.corrections:  # which begin at zero
        torch.nn.init.normal_(correction[-1].weight, std=0.3)
    return head


def features(batch=2):
    generator = torch.Generator().manual_seed(1)
    return tuple(torch.randn(batch, 16, 24 // 2**i, 16 // 2**i, generator=generator) for i in range(4))


def samples(batch=2, keypoints=KEYPOINTS, heatmap_size=(16, 24)):
    result = []
    for i in range(batch):
        generator = torch.Generator().manual_seed(i)
        sample = PoseDataSample(metainfo=dict(flip_indices=[0, 2, 1, 4, 3], input_size=(64, 96)))
        sample.gt_instance_labels = InstanceData(keypoint_labels=torch.rand(1, keypoints, 2, generator=generator))
        sample.gt_instance_labels.keypoint_weights = torch.ones(1, keypoints)
        heatmaps = torch.rand(keypoints, *heatmap_size[::-1], generator=generator)
        sample.gt_fields = PixelData(heatmaps=heatmaps)
        result.append(sample)
    return result


def test_every_layer_corrects_the_estimate_before_the_sigmoid():
    head = small_head().eval()
    with torch.no_grad():
        predicted = head(features())
    estimate = predicted['initial_keypoints'].expand(2, -1, -1)
    torch.testing.assert_close(estimate, torch.full((2, KEYPOINTS, 2), 0.5))
    assert predicted['deltas'].abs().min() > 0 and predicted['keypoints'].shape == (3, 2, KEYPOINTS, 2)
    for delta, keypoints in zip(predicted['deltas'], predicted['keypoints']):
        expected = 1 / (1 + torch.exp(-(torch.log(estimate / (1 - estimate)) + delta)))
        torch.testing.assert_close(keypoints, expected)
        estimate = keypoints


def test_estimates_at_the_border_can_come_back():
    """The logit is clamped where the codec says."""
    head = small_head(num_layers=2, decoder={**CODEC, 'eps': 1e-3}).eval()
    for start, clamped in ((40, 1 - 1e-3), (-40, 1e-3)):
        head.initial_logits.data.fill_(start)
        with torch.no_grad():
            predicted = head(features())
        expected = torch.sigmoid(np.log(clamped / (1 - clamped)) + predicted['deltas'][0])
        torch.testing.assert_close(predicted['keypoints'][0], expected, rtol=1e-4, atol=1e-5)


def test_the_first_estimate_learns():
    head = small_head().train()
    losses = head.loss(features(), samples())
    losses['loss_kpt'].backward()
    assert (head.initial_logits.grad.abs() > 0).all()


def test_a_step_in_the_first_estimate_by_finite_differences():
    """The gradient of y_0 counts both of its ways: through the sums of corrections and through where layers read."""
    head = small_head(num_layers=2).double().eval()
    feats = tuple(feature.double() for feature in features(1))

    def output(logits):
        return torch.func.functional_call(head, {'initial_logits': logits}, (feats,))['keypoints'][-1]

    logits = torch.randn(KEYPOINTS, 2, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(output, (logits,), eps=1e-7, atol=1e-5)


def test_swapping_two_queries_swaps_their_keypoints():
    head = small_head().eval()
    torch.nn.init.normal_(head.initial_logits)
    with torch.no_grad():
        before = head(features())['keypoints']
        order = [0, 3, 2, 1, 4]
        for parameter in (head.queries, head.query_position, head.initial_logits):
            parameter.copy_(parameter[order].clone())
        after = head(features())['keypoints']
    torch.testing.assert_close(after, before[:, :, order])
    assert not torch.allclose(after, before, atol=1e-3)


def test_the_auxiliary_branch_is_there_in_training_only():
    head, without = small_head(), small_head(auxiliary=False)
    without.load_state_dict(head.state_dict(), strict=False)
    with torch.no_grad():
        training = head.train()(features())
        assert training['heatmaps'].shape == (2, KEYPOINTS, 24, 16)
        assert 'heatmaps' not in without.train()(features())
        head.eval(), without.eval()
        calls = []
        head.auxiliary_head.register_forward_hook(lambda *args: calls.append(1))
        predicted = head(features())
        assert not calls and 'heatmaps' not in predicted
        torch.testing.assert_close(predicted['keypoints'], without(features())['keypoints'], rtol=0, atol=0)


def test_lambda_scales_the_heatmap_loss_alone():
    values = {}
    for weight in (1.0, 50.0):
        head = small_head(heatmap_loss=dict(type='KeypointMSELoss', use_target_weight=True, loss_weight=weight)).train()
        values[weight] = head.loss(features(), samples())
    assert list(values[1.0]) == ['d0.loss_kpt', 'd1.loss_kpt', 'loss_kpt', 'loss_heatmap', 'acc_pose']
    for name in values[1.0]:
        factor = 50 if name == 'loss_heatmap' else 1
        torch.testing.assert_close(values[50.0][name], factor * values[1.0][name])


def test_the_losses_by_their_formulas():
    head, batch = small_head().train(), samples()
    batch[0].gt_instance_labels.keypoint_weights[0, 2] = 0
    losses = head.loss(features(), batch)
    predicted = head(features())
    labels = torch.cat([sample.gt_instance_labels.keypoint_labels for sample in batch])
    weights = torch.cat([sample.gt_instance_labels.keypoint_weights for sample in batch])
    for name, keypoints in zip(losses, predicted['keypoints']):
        expected = ((keypoints - labels).abs() * weights[..., None]).sum() / keypoints.numel()
        torch.testing.assert_close(losses[name], expected)
    target = torch.stack([sample.gt_fields.heatmaps for sample in batch])
    squares = (predicted['heatmaps'] - target) ** 2 * weights[..., None, None]
    torch.testing.assert_close(losses['loss_heatmap'], 50 * squares.mean())


@pytest.mark.parametrize('levels', [(3,), (0, 1, 2, 3)])
def test_every_parameter_learns(levels):
    head = small_head(feature_levels=levels).train()
    for layer in (*head.layers, *head.encoder.layers):  # which begin at zero
        attention = layer.cross_attn if hasattr(layer, 'cross_attn') else layer.self_attn
        torch.nn.init.normal_(attention.attention_weights.weight)
    losses = head.loss(features(), samples())
    sum(loss for name, loss in losses.items() if 'loss' in name).backward()
    idle = [name for name, p in head.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert idle == []


@pytest.mark.parametrize('dtype', HALF_TYPES)
def test_first_steps_of_mixed_precision(dtype):
    head = small_head().train()
    optimizer = torch.optim.AdamW(head.parameters(), 1e-3)
    for _ in range(3):
        with torch.autocast('cpu', dtype=dtype):
            losses = head.loss(tuple(20 * feature for feature in features()), samples())
            total = sum(loss for name, loss in losses.items() if 'loss' in name)
        assert total.isfinite()
        optimizer.zero_grad()
        total.backward()
        optimizer.step()


@pytest.mark.parametrize('dtype', HALF_TYPES)
def test_a_head_in_half_precision(dtype):
    head = small_head().eval()
    with torch.no_grad():
        exact = head(features())['keypoints']
        half = head.to(dtype)(tuple(feature.to(dtype) for feature in features()))['keypoints']
    torch.testing.assert_close(half.float(), exact, rtol=0.1, atol=0.05)


@pytest.mark.slow
def test_exported_program_computes_the_same():
    head, feats = small_head().eval(), features()
    program = torch.export.export(head, (feats,), strict=True)
    torch.testing.assert_close(program.module()(feats)['keypoints'], head(feats)['keypoints'])


def test_the_encoder_reads_around_each_pixel():
    """With offsets of zero and one layer, a token reads its own place on every level: of a constant level, its constant."""
    torch.manual_seed(0)
    encoder = DeformableEncoder(
        1, 8, num_heads=2, num_levels=2, num_points=1, feedforward_channels=16, dropout=0.0
    ).eval()
    (layer,) = encoder.layers
    layer.self_attn.sampling_offsets.bias.data.zero_()
    attended = []
    layer.self_attn.register_forward_hook(lambda module, args, output: attended.append(output))
    shapes = [(4, 6), (2, 3)]
    tokens = torch.randn(1, 30, 8)
    tokens[:, 24:] = torch.randn(8)  # the coarser level is constant
    with torch.no_grad():
        encoder(tokens, shapes)
        attention = layer.self_attn
        own = attention.output_proj(attention.value_proj((tokens[:, :24] + tokens[:, 24:25]) / 2))
    inner = torch.tensor([y * 6 + x for y in (1, 2) for x in range(1, 5)])  # the coarser level has zeros around it
    torch.testing.assert_close(attended[0][:, inner], own[:, inner], rtol=1e-4, atol=1e-5)


def test_flip_test_averages_coordinates_and_scores():
    head = small_head().eval()
    answers = iter(
        dict(
            initial_keypoints=torch.full((5, 2), 0.9),
            keypoints=torch.cat([torch.full((2, 1, 5, 2), before), torch.full((1, 1, 5, 2), after)]),
        )
        for before, after in ((0.25, 0.25), (0.5, 0.6))
    )
    head.forward = lambda feats: next(answers)
    (result,) = head.predict([None, None], samples(1), dict(flip_test=True, shift_coords=False))
    np.testing.assert_allclose(result.keypoints[0, :, 0], 64 * (0.25 + 0.4) / 2, rtol=1e-5)
    np.testing.assert_allclose(result.keypoints[0, :, 1], 96 * (0.25 + 0.6) / 2, rtol=1e-5)
    moved = np.sqrt(2) * 0.1
    np.testing.assert_allclose(result.keypoint_scores[0], (1 + np.exp(-moved / head.decoder.scale)) / 2, rtol=1e-5)


def test_bad_input():
    for bad, message in (
        (dict(num_layers=0), 'num_layers=0: must be at least 1'),
        (dict(num_encoder_layers=-1), 'num_encoder_layers=-1: must be at least 0'),
        (dict(num_heads=3), r'in_channels=16: must be a multiple of 3 \(num_heads=3\)'),
        (dict(dropout=1.5), r'dropout=1.5: must lie in \[0, 1\)'),
        (dict(decoder=None), 'decoder: the codec is needed, a SigmoidRefinementLabel'),
        (
            dict(decoder=dict(type='RegressionLabel', input_size=(64, 96))),
            'gives no scores; .*TFPose SigmoidRefinementLabel',
        ),
        (dict(decoder=dict(type='RLELaplaceLabel', input_size=(64, 96))), 'decoder: the codec is needed, a SigmoidRef'),
        (dict(decoder={**CODEC, 'sigma': None}), 'auxiliary: the heatmaps want a SigmoidRefinementLabel with a sigma'),
        (dict(num_layers=1), 'with num_layers=1 there are no two estimates to agree'),
        (dict(feature_levels=()), r'feature_levels=\(\): must be different indices'),
    ):
        with pytest.raises(InputError, match=message):
            small_head(**bad)
    with pytest.raises(InputError, match='out_channels=5 of the head: the codec encoded 6 keypoints'):
        small_head().loss(features(), samples(keypoints=6))
    with pytest.raises(InputError, match='auxiliary: heatmaps of 16x24, the codec made 12x24'):
        small_head().loss(features(), samples(heatmap_size=(12, 24)))
    batch = samples()
    for sample in batch:
        del sample.gt_fields
    with pytest.raises(InputError, match='GenerateTarget: its encoder makes no heatmaps'):
        small_head().loss(features(), batch)


def test_begins_as_deformable_detr():
    """Xavier for all matrices of encoder and decoder but those that say where attentions read."""
    torch.manual_seed(0)
    head = TFPoseHead(in_channels=64, out_channels=5, feedforward_channels=256, num_encoder_layers=2, decoder=CODEC)
    for layers in (head.layers, head.encoder.layers):
        for name, parameter in layers.named_parameters():
            if parameter.dim() < 2:
                continue
            if name.endswith(('sampling_offsets.weight', 'attention_weights.weight')):
                assert not parameter.any(), name
            else:
                expected = (2 / sum(parameter.shape)) ** 0.5
                assert parameter.std().item() == pytest.approx(expected, rel=0.08), name
    for branch in head.corrections:
        assert not branch[-1].weight.any() and not branch[-1].bias.any()
