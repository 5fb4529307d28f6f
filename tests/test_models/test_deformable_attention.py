"""Deformable attention: its sampling against grid_sample, gradients, both orders of projecting, initial offsets."""

import time

import pytest
import torch
from mmcv.ops.multi_scale_deform_attn import multi_scale_deformable_attn_pytorch

from pose_plugins.experiments.plain_attention import sample_copies
from pose_plugins.models.layers import (
    DeformableAttention,
    kernel_sampling,
    record_attention,
    sample_by_kernel,
    sample_levels,
)
from pose_plugins.utils.errors import InputError

SHAPES = [(6, 5), (3, 4)]
COUNT = sum(height * width for height, width in SHAPES)


@pytest.mark.parametrize('groups', [1, 3])
def test_sampling_is_bilinear_with_zeros_outside(groups):
    torch.manual_seed(0)
    values = torch.randn(2, COUNT, groups, 7, dtype=torch.double, requires_grad=True)
    points = (torch.rand(2, 11, 3, 2, 4, 2, dtype=torch.double) * 1.6 - 0.3).requires_grad_()  # some lie outside
    weights = torch.rand(2, 11, 3, 2, 4, dtype=torch.double, requires_grad=True)
    ours, theirs = sample_levels(values, SHAPES, points, weights), sample_copies(values, SHAPES, points, weights)
    torch.testing.assert_close(ours, theirs)
    upstream = torch.randn_like(ours)
    for mine, expected in zip(
        torch.autograd.grad(ours, (values, points, weights), upstream),
        torch.autograd.grad(theirs, (values, points, weights), upstream),
    ):
        torch.testing.assert_close(mine, expected)


def test_gradients_by_finite_differences():
    torch.manual_seed(1)
    values = torch.randn(1, COUNT, 2, 3, dtype=torch.double, requires_grad=True)
    points = (torch.rand(1, 2, 2, 2, 2, 2, dtype=torch.double) * 1.2 - 0.1).requires_grad_()
    weights = torch.rand(1, 2, 2, 2, 2, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(lambda *args: sample_levels(args[0], SHAPES, *args[1:]), (values, points, weights))


def test_on_a_pixel_the_gradient_is_the_step_to_the_next():
    """The centre of a pixel, where Deformable DETR's encoder begins: a corner of the interpolation."""
    values = torch.arange(5.0).square().view(1, 5, 1, 1)
    points = torch.tensor([2.5 / 5, 0.5]).view(1, 1, 1, 1, 1, 2).requires_grad_()
    value = sample_levels(values, [(1, 5)], points, torch.ones(1, 1, 1, 1, 1))
    (gradient,) = torch.autograd.grad(value.sum(), points)
    assert value.item() == 4 and gradient[..., 0].item() == pytest.approx(5 * (9 - 4))


@pytest.mark.parametrize('learning', [(0,), (1,), (2,), (0, 2)])
@pytest.mark.parametrize('count', [1, 3])  # bags of 8 and of 24: a shift and a division
def test_gradients_of_some_alone(learning, count):
    """Those asked for are the same whatever else has one."""
    torch.manual_seed(0)
    every = (
        torch.rand(2, COUNT, 2, 3, dtype=torch.double),
        torch.rand(2, 5, 2, 2, count, 2, dtype=torch.double),
        torch.rand(2, 5, 2, 2, count, dtype=torch.double),
    )
    weigh = torch.rand(2, 5, 2, 3, dtype=torch.double)

    def gradients(which):
        inputs = [tensor.clone().requires_grad_(i in which) for i, tensor in enumerate(every)]
        (sample_levels(inputs[0], SHAPES, *inputs[1:]) * weigh).sum().backward()
        return [tensor.grad for tensor in inputs]

    alone, together = gradients(learning), gradients((0, 1, 2))
    for i in range(3):
        assert (alone[i] is None) == (i not in learning)
    torch.testing.assert_close([alone[i] for i in learning], [together[i] for i in learning])


def test_only_the_arguments_are_held_for_the_backward_pass():
    values = torch.rand(1, COUNT, 2, 4).requires_grad_()
    points, weights = (torch.rand(1, 6, 2, 2, 3, 2).requires_grad_(), torch.rand(1, 6, 2, 2, 3).requires_grad_())
    held = []
    with torch.autograd.graph.saved_tensors_hooks(lambda tensor: held.append(tensor) or tensor, lambda tensor: tensor):
        sample_levels(values, SHAPES, points, weights)
    assert sum(tensor.numel() for tensor in held) == values.numel() + points.numel() + weights.numel()


@pytest.mark.parametrize('bad', [float('nan'), float('inf'), -1e30])
def test_places_that_are_nowhere(bad):
    """Never a wrong row: zero outside, NaN where the place is NaN."""
    result = sample_levels(
        torch.ones(1, COUNT, 1, 2), SHAPES, torch.full((1, 1, 1, 2, 1, 2), bad), torch.ones(1, 1, 1, 2, 1)
    )
    assert result.isnan().all() or (result == 0).all()


def test_both_orders_agree_inside_of_the_picture():
    """Where all samples lie inside, weights sum to 1 and the projection can be done before or after."""
    torch.manual_seed(0)
    before = DeformableAttention(16, num_heads=4, num_levels=2, num_points=3, project='before')
    torch.nn.init.normal_(before.attention_weights.weight)
    torch.nn.init.normal_(before.value_proj.bias)
    after = DeformableAttention(16, num_heads=4, num_levels=2, num_points=3, project='after')
    after.load_state_dict(before.state_dict())
    for layer in (before, after):
        layer.sampling_offsets.bias.data.mul_(0.1)
    queries, memory = torch.randn(2, 5, 16), torch.randn(2, COUNT, 16)
    references = torch.full((2, 5, 2), 0.5)
    position = torch.randn(5, 16)
    torch.testing.assert_close(
        before(queries, references, memory, SHAPES, position), after(queries, references, memory, SHAPES, position)
    )


def test_begins_as_the_paper_says_and_shows_where_it_looks():
    layer = DeformableAttention(16, num_heads=8, num_levels=2, num_points=3, project='after')
    references = torch.full((1, 1, 2), 0.5)
    with record_attention(layer) as records:
        layer(torch.randn(1, 1, 16), references, torch.randn(1, COUNT, 16), SHAPES)
    (entry,) = records['']
    offsets = (entry['points'] - 0.5)[0, 0] * torch.tensor([(w, h) for h, w in SHAPES])[:, None]  # pixels
    torch.testing.assert_close(offsets[0, 1], torch.tensor([[1.0, 0], [2, 0], [3, 0]]))
    torch.testing.assert_close(offsets[1, 0], torch.tensor([[1.0, 1], [2, 2], [3, 3]]))
    torch.testing.assert_close(entry['weights'], torch.full((1, 1, 8, 2, 3), 1 / 6))


@pytest.mark.parametrize('project', ['before', 'after'])
def test_another_way_to_sample(project):
    torch.manual_seed(0)
    settings = dict(num_heads=4, num_levels=2, project=project)
    layer, other = DeformableAttention(16, **settings), DeformableAttention(16, **settings)
    other.sample = sample_copies
    other.load_state_dict(layer.state_dict())
    inputs = torch.randn(2, 5, 16), torch.rand(2, 5, 2), torch.randn(2, COUNT, 16), SHAPES
    expected = layer(*inputs)
    torch.testing.assert_close(other(*inputs), expected)
    layer.sample = lambda values, shapes, points, weights: 2 * sample_copies(values, shapes, points, weights)
    other.value_proj.weight.data.mul_(2)
    other.value_proj.bias.data.mul_(2 if project == 'before' else 1)  # which it adds after the sums
    torch.testing.assert_close(layer(*inputs), other(*inputs))


def test_autocast_samples_in_float32():
    layer = DeformableAttention(16, num_heads=4, num_levels=2, project='after')
    queries, memory, references = torch.randn(1, 5, 16), torch.randn(1, COUNT, 16), torch.rand(1, 5, 2)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        mixed = layer(queries, references, memory, SHAPES)
    torch.testing.assert_close(mixed.float(), layer(queries, references, memory, SHAPES), rtol=0.1, atol=0.05)
    points, weights = torch.rand(1, 5, 4, 2, 4, 2), torch.rand(1, 5, 4, 2, 4)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        sampled = sample_levels(memory[:, :, None].bfloat16(), SHAPES, points, weights)
    torch.testing.assert_close(sampled, sample_levels(memory[:, :, None].bfloat16().float(), SHAPES, points, weights))


@pytest.mark.skipif(not hasattr(torch.export, 'Dim'), reason='this torch exports nothing')
def test_exported_program_computes_the_same():
    layer = DeformableAttention(16, num_heads=4, num_levels=2, project='after').eval()

    class Fixed(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = layer

        def forward(self, queries, references, memory):
            return self.layer(queries, references, memory, SHAPES)

    args = torch.randn(1, 5, 16), torch.rand(1, 5, 2), torch.randn(1, COUNT, 16)
    program = torch.export.export(Fixed(), args)
    torch.testing.assert_close(program.module()(*args), Fixed()(*args))


@pytest.fixture
def gpu(monkeypatch):
    """Tensors say that they are on a GPU; the kernel is mmcv's function in PyTorch, which takes the same."""

    class Kernel:
        @staticmethod
        def apply(values, shapes, starts, points, weights, pictures):
            assert starts.tolist() == [0, 30] and pictures == len(values)
            return multi_scale_deformable_attn_pytorch(values, shapes, points, weights)

    monkeypatch.setattr(kernel_sampling, 'has_kernel', lambda: True)
    monkeypatch.setattr(kernel_sampling, 'MultiScaleDeformableAttnFunction', Kernel)
    monkeypatch.setattr(torch.Tensor, 'is_cuda', True, raising=False)


@pytest.mark.parametrize('groups', [1, 3])
def test_kernel_computes_the_same(gpu, groups):
    torch.manual_seed(0)
    values = torch.randn(2, COUNT, groups, 7, requires_grad=True)
    points = (torch.rand(2, 11, 3, 2, 4, 2) * 1.6 - 0.3).requires_grad_()
    weights = torch.rand(2, 11, 3, 2, 4, requires_grad=True)
    ours, theirs = (of(values, SHAPES, points, weights) for of in (sample_levels, sample_by_kernel))
    torch.testing.assert_close(theirs, ours)
    upstream = torch.randn_like(ours)
    for mine, expected in zip(*(torch.autograd.grad(of, (values, points, weights), upstream) for of in (theirs, ours))):
        torch.testing.assert_close(mine, expected)


def test_the_faster_way_is_found_once_for_each_size(gpu, monkeypatch):
    calls = []

    def way(name, seconds):
        def sample(values, shapes, points, weights):
            calls.append(name)
            time.sleep(seconds)
            return (values.sum() + points.sum() + weights.sum()).expand(*points.shape[:3], values.shape[-1])

        return sample

    monkeypatch.setattr(kernel_sampling, 'sample_by_kernel', way('kernel', 0.001))
    monkeypatch.setattr(kernel_sampling, 'sample_levels', way('own', 0.01))
    kernel_sampling._faster.cache_clear()
    layer, memory = DeformableAttention(16, 2, 2, 4), torch.randn(1, COUNT, 16)
    for queries, tried in ((3, 8), (3, 0), (4, 8)):
        calls.clear()
        given = torch.randn(1, queries, 16), torch.rand(1, queries, 2)
        state = torch.get_rng_state()
        layer(*given, memory, SHAPES)
        assert calls[-1] == 'kernel' and len(calls) == tried + 1
        assert torch.equal(torch.get_rng_state(), state)  # a training draws as it would without
    torch.use_deterministic_algorithms(True)
    try:
        layer(torch.randn(1, 3, 16), torch.rand(1, 3, 2), memory, SHAPES)
        assert calls[-1] == 'own'
    finally:
        torch.use_deterministic_algorithms(False)
    kernel_sampling._faster.cache_clear()


def test_by_whose_code_can_be_forced(monkeypatch):
    with pytest.raises(InputError, match="sampling='mmcv': this mmcv was built without CUDA"):
        DeformableAttention(16, sampling='mmcv')
    monkeypatch.setattr(kernel_sampling, 'has_kernel', lambda: True)
    layer = DeformableAttention(16, 2, 2, 4, sampling='mmcv')
    with pytest.raises(InputError, match="sampling='mmcv': is for a GPU, and the model is on cpu"):
        layer(torch.randn(1, 3, 16), torch.rand(1, 3, 2), torch.randn(1, COUNT, 16), SHAPES)
    assert DeformableAttention(16, sampling='pytorch').sample is sample_levels
    with pytest.raises(InputError, match="sampling='cuda': choose from auto, mmcv, pytorch"):
        DeformableAttention(16, sampling='cuda')


def test_bad_input():
    with pytest.raises(InputError, match='num_levels=2: the memory has 1 levels'):
        DeformableAttention(16, 4, 2)(torch.randn(1, 1, 16), torch.rand(1, 1, 2), torch.randn(1, 30, 16), SHAPES[:1])
    with pytest.raises(InputError, match=r'embed_dims=16: must be a multiple of 3 \(num_heads=3\)'):
        DeformableAttention(16, 3)
    with pytest.raises(InputError, match="project='never': choose from before, after"):
        DeformableAttention(16, project='never')
