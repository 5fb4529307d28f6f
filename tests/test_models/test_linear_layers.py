"""Linear layers, attention and feed-forward networks as processors like them: equal to PyTorch's own, whole or in parts."""

from functools import partial

import pytest
import torch
from torch.nn import functional as F
from torch.profiler import ProfilerActivity, profile

from pose_plugins.models.layers import (
    Encoder,
    Linear,
    SelfAttention,
    chunked_attention,
    dropout_attention,
    feed_forward,
    linear,
    linear_layers,
    plain_linear,
    sample_copies,
    sample_levels,
    sampling,
)


@pytest.fixture(params=[True, False], ids=['convolutions', 'products'])
def held_back(request, monkeypatch):
    """Whether products are held back, as on one kind of processors and on the other."""
    monkeypatch.setattr(linear_layers, 'products_are_held_back', lambda: request.param)
    return request.param


def kinds_of(compute, kinds=('aten::mkldnn_convolution', 'aten::linear')):
    """Which of some kinds of operators a function's results come from."""
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        compute()
    names = {event.key for event in profiler.key_averages()}
    return {kind for kind in kinds if kind in names}


@pytest.mark.parametrize('shape', [(3, 700, 24), (2100, 24), (2, 5, 210, 24), (1, 24)])
@pytest.mark.parametrize('wide', [1, 40])
def test_linear_is_pytorchs(held_back, shape, wide):
    torch.manual_seed(0)
    tokens = torch.randn(shape, requires_grad=True)
    layer = Linear(24, wide)
    ours, theirs = layer(tokens), F.linear(tokens, layer.weight, layer.bias)
    torch.testing.assert_close(ours, theirs)
    upstream = torch.randn_like(ours)
    for mine, expected in zip(
        torch.autograd.grad(ours, (tokens, layer.weight, layer.bias), upstream),
        torch.autograd.grad(theirs, (tokens, layer.weight, layer.bias), upstream),
    ):
        torch.testing.assert_close(mine, expected, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(linear(tokens, layer.weight), F.linear(tokens, layer.weight))


def test_tokens_in_any_layout(held_back):
    torch.manual_seed(0)
    weight = torch.randn(6, 50)
    for tokens in (torch.randn(50, 900).T, torch.randn(4, 50, 300).mT, torch.randn(900, 100)[:, ::2]):
        torch.testing.assert_close(linear(tokens, weight), F.linear(tokens, weight))


def test_convolutions_are_taken_where_they_are_faster(held_back):
    layer, tokens = Linear(64, 8), torch.randn(1024, 64)
    assert kinds_of(lambda: layer(tokens)) == {'aten::mkldnn_convolution' if held_back else 'aten::linear'}
    for some in (tokens[:10], tokens.double(), tokens.bfloat16()):
        same = Linear(64, 8).to(some)
        assert kinds_of(partial(same, some)) == {'aten::linear'}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    assert kinds_of(lambda: layer(tokens)) == {'aten::mkldnn_convolution' if held_back else 'aten::linear'}
    torch.set_num_threads(threads)
    with plain_linear():
        assert kinds_of(lambda: layer(tokens)) == {'aten::linear'}
    with torch.backends.mkldnn.flags(enabled=False):
        assert kinds_of(lambda: layer(tokens)) == {'aten::linear'}
    assert layer.to('meta')(tokens.to('meta')).shape == (1024, 8)


def test_a_graph_holds_linear_layers(held_back):
    """Whose tools know them, and which is for any processor."""
    layer, tokens = Linear(64, 8), torch.randn(1024, 64)
    traced = torch.jit.trace(layer, tokens)
    assert 'linear' in str(traced.inlined_graph) and 'convolution' not in str(traced.inlined_graph)
    if not hasattr(torch.export, 'Dim'):
        pytest.skip('this torch exports nothing')
    exported = torch.export.export(layer, (tokens,))
    targets = {str(node.target) for node in exported.graph.nodes}
    assert 'aten.linear.default' in targets and not any('conv' in target for target in targets)


@pytest.mark.skipif(not hasattr(torch.export, 'Dim'), reason='this torch exports nothing')
@pytest.mark.parametrize('strict', [True, False])
def test_a_graph_is_for_any_batch(strict):
    """Whatever is done in parts elsewhere."""
    batch = torch.export.Dim('batch', min=1, max=4096)
    encoder = Encoder(2, 16, 2, 32).eval()
    exported = torch.export.export(encoder, (torch.randn(3, 20, 16),), dynamic_shapes=({0: batch},), strict=strict)
    for size in (1, 7):
        tokens = torch.randn(size, 20, 16)
        torch.testing.assert_close(exported.module()(tokens), encoder(tokens))


@pytest.mark.parametrize(
    ('processor', 'capability', 'expected'),
    [
        ('AMD EPYC 9654 96-Core Processor', 'AVX512', True),
        ('AMD EPYC 7763 64-Core Processor', 'AVX2', False),
        ('Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz', 'AVX512', False),
        ('Intel64 Family 6 Model 143 Stepping 8, GenuineIntel', 'AVX512', False),
        ('AMD64 Family 25 Model 97 Stepping 2, AuthenticAMD', 'AVX512', True),
        ('QEMU Virtual CPU version 2.5+', 'AVX512', False),
    ],
)
def test_products_are_held_back_on_some_processors(monkeypatch, processor, capability, expected):
    monkeypatch.setattr(linear_layers, 'processor_name', lambda: processor)
    monkeypatch.setattr(torch.backends.cpu, 'get_cpu_capability', lambda: capability)
    for library in (torch.backends.mkl, torch.backends.mkldnn):
        monkeypatch.setattr(library, 'is_available', lambda: True)
    assert linear_layers.products_are_held_back.__wrapped__() is expected
    monkeypatch.setattr(torch.backends.mkl, 'is_available', lambda: False)
    assert linear_layers.products_are_held_back.__wrapped__() is False


@pytest.mark.parametrize('heads', [1, 2])
def test_large_maps_a_few_rows_at_a_time(held_back, monkeypatch, heads):
    monkeypatch.setattr(chunked_attention, 'CHUNK', 50 * 60)
    monkeypatch.setattr(chunked_attention, 'ROWS', 40)
    monkeypatch.setattr(linear_layers, 'FEW', 1)
    torch.manual_seed(0)
    query, key, value = (torch.randn(3, heads, count, 8, requires_grad=True) for count in (70, 60, 60))
    expected = F.scaled_dot_product_attention(query, key, value)
    with torch.no_grad():
        torch.testing.assert_close(chunked_attention.attend(query, key, value), expected)
        kinds = kinds_of(lambda: chunked_attention.attend(query, key, value), ['aten::convolution'])
        assert bool(kinds) == held_back
    torch.testing.assert_close(chunked_attention.attend(query, key, value), expected)  # with a gradient
    almost_none = dropout_attention(query, key, value, 1e-9)
    torch.testing.assert_close(almost_none, expected)
    upstream = torch.randn_like(expected)
    for mine, theirs in zip(
        torch.autograd.grad(almost_none, (query, key, value), upstream),
        torch.autograd.grad(expected, (query, key, value), upstream),
    ):
        torch.testing.assert_close(mine, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize('training', [True, False])
def test_gradients_of_a_feed_forward_network_in_parts(held_back, monkeypatch, training):
    monkeypatch.setattr(linear_layers, 'FEW', 1)
    torch.manual_seed(0)
    encoder, tokens = Encoder(2, 8, 2, 16, 0.0).train(training), torch.randn(2, 11, 8, requires_grad=True)
    wanted = (tokens, *encoder.parameters())
    whole = torch.autograd.grad(encoder(tokens).square().sum(), wanted)
    monkeypatch.setattr(feed_forward, 'HIDDEN', 16 * 5)
    for mine, expected in zip(torch.autograd.grad(encoder(tokens).square().sum(), wanted), whole):
        torch.testing.assert_close(mine, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize('dropout', [0.0, 0.3])
def test_feed_forward_in_parts(held_back, monkeypatch, dropout):
    """Of a network with dropout the second pass draws what the first did, or the gradient were of another function."""
    torch.manual_seed(0)
    encoder = Encoder(2, 8, 2, 16, dropout).double()
    tokens = torch.randn(2, 11, 8, dtype=torch.double, requires_grad=True)
    evaluated = encoder.eval()(tokens)
    monkeypatch.setattr(feed_forward, 'HIDDEN', 16 * 5)
    torch.testing.assert_close(encoder(tokens), evaluated)
    with torch.no_grad():
        torch.testing.assert_close(encoder(tokens), evaluated)
    encoder.train()

    def drawn(tokens):
        torch.manual_seed(1)
        return encoder(tokens)

    assert torch.autograd.gradcheck(drawn, tokens)


def test_hidden_units_are_not_held(monkeypatch):
    """Numbers held for the backward pass, which are fewer than a token's hidden units."""
    held = []
    encoder, tokens = Encoder(1, 8, 2, 800), torch.randn(2, 40, 8, requires_grad=True)

    def count(tensor):
        held.append(tensor.numel())
        return tensor

    for hidden, most in ((1 << 22, 80 * 2400), (8000, 80 * 400)):
        monkeypatch.setattr(feed_forward, 'HIDDEN', hidden)
        held.clear()
        with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
            encoder(tokens)
        weights = sum(parameter.numel() for parameter in encoder.parameters())
        assert (sum(held) < most + 2 * weights) and (hidden == 8000) == (sum(held) < 80 * 800)


@pytest.mark.parametrize('learning', [(0,), (1, 2), (0, 1, 2)])
@pytest.mark.parametrize('pictures', [1, 2, 5])
def test_sums_of_samples_for_some_pictures_at_a_time(monkeypatch, learning, pictures):
    torch.manual_seed(0)
    shapes = [(6, 5), (3, 4)]
    monkeypatch.setattr(sampling, 'PART', pictures * 7 * 3 * 2 * 4)
    arguments = (torch.randn(5, 42, 3, 4), torch.rand(5, 7, 3, 2, 4, 2), torch.rand(5, 7, 3, 2, 4))
    for of in learning:
        arguments[of].requires_grad_()
    wanted = [arguments[of] for of in learning]
    parts, neighbours = [], sampling.neighbours
    monkeypatch.setattr(
        sampling, 'neighbours', lambda points, shapes: parts.append(points) or neighbours(points, shapes)
    )
    ours, theirs = (
        sample_levels(arguments[0], shapes, *arguments[1:]),
        sample_copies(arguments[0], shapes, *arguments[1:]),
    )
    torch.testing.assert_close(ours, theirs)
    for mine, expected in zip(
        torch.autograd.grad(ours.square().sum(), wanted), torch.autograd.grad(theirs.square().sum(), wanted)
    ):
        torch.testing.assert_close(mine, expected, rtol=1e-4, atol=1e-4)


def test_self_attention_by_convolutions(held_back):
    torch.manual_seed(0)
    attention = SelfAttention(32, 4, dropout=0.0)
    with torch.no_grad():
        attention.out_proj.bias.uniform_()
        attention.in_proj_bias.uniform_()
    tokens, position = torch.randn(4, 300, 32), torch.randn(300, 32)
    seen = []
    attention.out_proj.register_forward_hook(lambda *_: seen.append(1))
    expected = torch.nn.MultiheadAttention.forward(attention, tokens + position, tokens + position, tokens)[0]
    torch.testing.assert_close(attention(tokens, position), expected)
    assert seen == [1]
