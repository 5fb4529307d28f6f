"""The step after the gradients is shorter and changes nothing that is learned."""

from copy import deepcopy

import pytest
import torch
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DefaultScope
from mmpose.engine.hooks import ExpMomentumEMA
from torch import nn

from pose_plugins.training import MergedExpMomentumEMA

KEYS = {'0': dict(lr_mult=0.1), '2.bias': dict(lr_mult=0.1, decay_mult=0.0)}


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Conv2d(4, 2, 1), nn.Linear(6, 5))


def wrapper(model, **settings):
    optimizer = dict(type='AdamW', lr=0.01, weight_decay=0.1)
    with DefaultScope.overwrite_default_scope('mmpose'):
        return build_optim_wrapper(model, dict(optimizer=optimizer, type='OptimWrapper', **settings))


def step(model, optim_wrapper, number):
    model.zero_grad()
    optim_wrapper.update_params(model(torch.full((2, 3, 8, 8), 0.1 * number)).square().sum())


@pytest.mark.parametrize('paramwise', [dict(custom_keys=KEYS), dict(norm_decay_mult=0.0, custom_keys=KEYS), None])
def test_merged_groups_learn_the_same(paramwise):
    first, second = network(), network()
    one_each = wrapper(first, paramwise_cfg=paramwise)
    merged = wrapper(second, paramwise_cfg=paramwise, constructor='MergedOptimWrapperConstructor')
    for number in range(3):
        step(first, one_each, number)
        step(second, merged, number)
    for (name, mine), other in zip(second.named_parameters(), first.parameters()):
        torch.testing.assert_close(mine, other, rtol=0, atol=0, msg=name)


def test_as_many_groups_as_there_are_kinds():
    model = network()
    groups = wrapper(
        model, paramwise_cfg=dict(custom_keys=KEYS), constructor='MergedOptimWrapperConstructor'
    ).optimizer.param_groups
    assert [(round(group['lr'], 6), round(group['weight_decay'], 6), len(group['params'])) for group in groups] == [
        (0.001, 0.1, 2),
        (0.01, 0.1, 5),
        (0.001, 0.0, 1),
    ]
    assert sum(len(group['params']) for group in groups) == len(list(model.parameters()))
    duplicated = dict(custom_keys=KEYS, bypass_duplicate=True)
    model.add_module('again', model[0])
    again = wrapper(model, paramwise_cfg=duplicated, constructor='MergedOptimWrapperConstructor')
    assert [len(group['params']) for group in again.optimizer.param_groups] == [2, 5, 1]


@pytest.mark.parametrize('settings', [dict(update_buffers=True), dict(), dict(interval=2), dict(momentum=0.3, gamma=3)])
def test_merged_mean_is_the_mean(settings):
    model = network()
    theirs, ours = ExpMomentumEMA(deepcopy(model), **settings), MergedExpMomentumEMA(deepcopy(model), **settings)
    optim_wrapper = wrapper(model)
    for number in range(5):
        step(model, optim_wrapper, number)
        theirs.update_parameters(model)
        ours.update_parameters(model)
    assert ours.state_dict().keys() == theirs.state_dict().keys()
    for name, mean in ours.state_dict().items():
        torch.testing.assert_close(mean, theirs.state_dict()[name], rtol=0, atol=0, msg=name)
    assert not torch.equal(ours.module[0].weight, model[0].weight)
