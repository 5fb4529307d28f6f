"""The layers below the heads: equal to PyTorch's own, whether fused, recorded or with dropout."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from pose_plugins.models.layers import (
    Dropout,
    Encoder,
    LearnablePosition,
    SelfAttention,
    dropout_attention,
    record_attention,
    sine_position,
)
from pose_plugins.models.layers.dropout import relu_dropout
from pose_plugins.utils.errors import InputError


@pytest.fixture
def attention():
    torch.manual_seed(0)
    return SelfAttention(24, 3, dropout=0.0)


def test_self_attention_is_pytorchs(attention):
    theirs = nn.MultiheadAttention(24, 3, batch_first=True)
    theirs.load_state_dict(attention.state_dict())
    tokens, position = torch.randn(2, 10, 24), torch.randn(10, 24)
    expected, weights = theirs(tokens + position, tokens + position, tokens)
    torch.testing.assert_close(attention(tokens, position), expected)
    with record_attention(attention) as records:
        torch.testing.assert_close(attention(tokens, position), expected)
    (record,) = records['']
    torch.testing.assert_close(record['weights'], weights.detach())
    torch.testing.assert_close(attention(tokens), theirs(tokens, tokens, tokens)[0])


def test_recording_ends_and_is_for_one_at_a_time():
    encoder = Encoder(2, 8, 2, 16).eval()
    tokens = torch.randn(1, 5, 8)
    with record_attention(encoder) as records:
        encoder(tokens)
        encoder(tokens)
        with pytest.raises(ValueError, match='being recorded already'), record_attention(encoder):
            pass
    encoder(tokens)
    assert list(records) == ['layers.0.self_attn', 'layers.1.self_attn']
    assert [len(entries) for entries in records.values()] == [2, 2]
    sums = records['layers.1.self_attn'][0]['weights'].sum(-1)
    torch.testing.assert_close(sums, torch.ones(1, 5))
    with record_attention(nn.Linear(2, 2)) as nothing:
        pass
    assert nothing == {}


@pytest.mark.parametrize('length', [7, 40])
@pytest.mark.parametrize('chunk', [16 * 40, 4 * 40 * 40])
def test_dropout_attention_without_dropout_is_attention(monkeypatch, length, chunk):
    """Also when the rows of a map, or the maps, are taken in several parts, the last of which is smaller."""
    monkeypatch.setattr('pose_plugins.models.layers.chunked_attention.CHUNK', chunk)
    monkeypatch.setattr('pose_plugins.models.layers.chunked_attention.ROWS', 16)
    inputs = [torch.randn(2, 3, n, 8, dtype=torch.double, requires_grad=True) for n in (length, 40, 40)]
    weight = torch.randn(2, 3, length, 8, dtype=torch.double)
    results = []
    for attend in (lambda *x: dropout_attention(*x, dropout=0.0), F.scaled_dot_product_attention):
        output = attend(*inputs)
        results.append([output, *torch.autograd.grad((output * weight).sum(), inputs)])
    for ours, theirs in zip(*results):
        torch.testing.assert_close(ours, theirs)


def test_gradients_of_dropout_attention_by_finite_differences():
    inputs = [torch.randn(1, 2, n, 3, dtype=torch.double, requires_grad=True) for n in (4, 5, 5)]

    def attend(*x):
        torch.manual_seed(3)  # the same elements are dropped each time
        return dropout_attention(*x, dropout=0.3)

    assert torch.autograd.gradcheck(attend, inputs)


def test_dropout_attention_drops_the_share_it_is_told_and_keeps_the_mean():
    torch.manual_seed(0)
    query, key = torch.zeros(1, 1, 400, 4), torch.zeros(1, 1, 400, 4)
    value = torch.ones(1, 1, 400, 1)
    kept = dropout_attention(query, key, value, 0.25)[0, 0, :, 0] * 0.75  # the share of each row that was kept
    assert abs(kept.mean() - 0.75) < 4 * math.sqrt(0.25 * 0.75 / 400**2)
    assert abs(kept.std() - math.sqrt(0.25 * 0.75 / 400)) < 0.004
    again = dropout_attention(query, key, value, 0.25)[0, 0, :, 0] * 0.75
    assert not torch.equal(kept, again)
    torch.manual_seed(0)
    assert torch.equal(dropout_attention(query, key, value, 0.25)[0, 0, :, 0] * 0.75, kept)


def test_dropout():
    torch.manual_seed(0)
    dropout = Dropout(0.1)
    x = torch.ones(300, 401, requires_grad=True)
    output = dropout(x)
    dropped = output == 0
    assert abs(dropped.float().mean() - 0.1) < 4 * math.sqrt(0.1 * 0.9 / x.numel())
    torch.testing.assert_close(output[~dropped], torch.full_like(output[~dropped], 1 / 0.9))
    (gradient,) = torch.autograd.grad(output.sum(), x)
    torch.testing.assert_close(gradient, output.detach())
    assert torch.equal(dropout.eval()(x), x)


def test_training_drops_attention_and_testing_does_not():
    torch.manual_seed(0)
    attention, tokens = SelfAttention(8, 2, dropout=0.5), torch.randn(1, 6, 8)
    assert not torch.equal(attention(tokens), attention(tokens))
    attention.eval()
    assert torch.equal(attention(tokens), attention(tokens))


def test_sine_position_by_hand():
    position = sine_position((3, 2), 8)  # (6, 8)
    x, y = 2 / (3 + 1e-6) * 2 * math.pi, 1 / (2 + 1e-6) * 2 * math.pi  # second column, first row
    slow = 10000 ** (2 / 4)
    expected = [f(v / t) for v in (y, x) for t in (1, slow) for f in (math.sin, math.cos)]
    torch.testing.assert_close(position[1], torch.tensor(expected))
    halved = sine_position((3, 2), 8, offset=-0.5)
    torch.testing.assert_close(halved[1, 0], torch.tensor(math.sin(0.5 / (2 + 1e-6) * 2 * math.pi)))


def test_learnable_position_of_another_size():
    small, refusing, willing = (
        LearnablePosition((6, 8), 4),
        LearnablePosition((9, 12), 4),
        LearnablePosition((9, 12), 4, interpolate=True),
    )
    with pytest.raises(InputError, match=r'feature_size=\(6, 8\), this model has feature_size=\(9, 12\): set interp'):
        refusing.load_state_dict(small.state_dict())
    with torch.no_grad():
        small.weight.copy_(torch.arange(6.0).expand(1, 4, 8, 6))
    state = small.state_dict()
    willing.load_state_dict(state)
    assert state['weight'].shape[2:] == (8, 6)  # the caller's checkpoint stays what it was
    row = willing().detach().unflatten(0, (12, 9))[5, :, 0]
    torch.testing.assert_close(row[4], torch.tensor(2.5))  # the middle stays the middle
    assert (row.diff() > 0).all()


@pytest.mark.parametrize('dropout', [0.0, 0.3])
@pytest.mark.parametrize('training', [True, False])
def test_dropout_of_relu_is_both_and_holds_its_result_alone(dropout, training):
    layer = Dropout(dropout).train(training)
    units = torch.randn(50, 40, requires_grad=True)
    upstream, found = torch.randn(50, 40), []
    for way in (lambda: relu_dropout(units, layer), lambda: layer(F.relu(units))):
        torch.manual_seed(1)
        held = {}
        with torch.autograd.graph.saved_tensors_hooks(
            lambda tensor, held=held: held.setdefault(tensor.data_ptr(), tensor), lambda tensor: tensor
        ):
            result = way()
        found.append((result.detach(), torch.autograd.grad(result, units, upstream)[0]))
        if len(found) == 1:  # ours
            assert sum(tensor.nbytes for tensor in held.values()) == units.nbytes
    torch.testing.assert_close(found[0], found[1])
