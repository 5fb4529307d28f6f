"""A trial leaves no trace, and tells faults of this package from those of what it calls."""

import random

import numpy as np
import pytest
import torch
from torch import nn

from pose_plugins.datasets.meta import dataset_meta
from pose_plugins.training.trial import is_ours, layer_passed, no_trace, told


def test_random_numbers_and_modes_are_as_before():
    model = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), nn.Dropout())
    model[1].eval()  # as frozen stages are
    before = {name: value.clone() for name, value in model.state_dict().items()}

    def draws():
        random.seed(1), np.random.seed(1), torch.manual_seed(1)
        yield
        yield random.random(), np.random.rand(), torch.rand(1).item()

    expected = [*draws()][1]
    drawing = draws()
    next(drawing)
    with no_trace(model):
        assert not model.training and not torch.is_grad_enabled()
        model(torch.rand(2, 3, 4, 4)), random.random(), np.random.rand()
    assert next(drawing) == expected
    assert [layer.training for layer in model.modules()] == [True, True, False, True]
    assert torch.is_grad_enabled()
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_modes_are_put_back_when_it_fails():
    model = nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU())
    with pytest.raises(RuntimeError) as error, no_trace(model):
        model(torch.zeros(1, 5, 4, 4))
    assert model.training and torch.is_grad_enabled()
    assert layer_passed(model, error.value) == 'model.0 (Conv2d)'
    assert not is_ours(error.value)


def test_whose_fault():
    with pytest.raises(FileNotFoundError) as error:
        dataset_meta('nowhere')
    assert not is_ours(error.value)
    with pytest.raises(TypeError) as error:
        told(*())  # raised by the call, in this test
    assert not is_ours(error.value)
    with pytest.raises(AttributeError) as error:
        layer_passed(None, ValueError())
    assert is_ours(error.value)


def test_in_one_line():
    assert told(KeyError('area')) == "'area' is missing"
    assert told(KeyError('no such\nthing')) == "KeyError: 'no such\\nthing'"
    assert told(ValueError('two\n  lines')) == 'ValueError: two lines'
    assert told(AssertionError()) == 'AssertionError'
