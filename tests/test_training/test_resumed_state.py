"""A training goes on from the state of one like it, and from nothing else."""

from collections import OrderedDict

import pytest
import torch
from mmengine.logging import HistoryBuffer
from small_training import runner, train

from pose_plugins.checkpoints import read_checkpoint
from pose_plugins.utils.errors import InputError

TELLS_NO_ADAMW = 'decoupled_weight_decay' not in torch.optim.AdamW([torch.zeros(1)]).defaults


@pytest.fixture(scope='module')
def file(tmp_path_factory):
    """A checkpoint of one epoch."""
    folder = tmp_path_factory.mktemp('trained')
    train(folder, 1)
    return folder / 'epoch_1.pth'


def told(tmp_path, content, **arguments):
    """Resume from a content, and give what is said."""
    torch.save(content, tmp_path / 'other.pth')
    made = runner(tmp_path / 'work', 2, guarded=True, resume=True, load_from=str(tmp_path / 'other.pth'), **arguments)
    with pytest.raises(InputError) as error:
        made.train()
    text = str(error.value)
    assert '\n' not in text and text.startswith(f'{tmp_path}/other.pth: ')
    return text.removeprefix(f'{tmp_path}/other.pth: ').removeprefix('a training cannot go on from it: ')


def put(content, place, value):
    *path, last = place.split('.')
    for key in path:
        content = content[int(key) if isinstance(content, list) or key.isdigit() else key]
    if value is KeyError:
        del content[last]
    else:
        content[int(last) if last.isdigit() else last] = value


@pytest.mark.parametrize(
    'place, value, message',
    [
        ('meta', 5, 'meta is int 5 instead of a dict'),
        ('meta.epoch', KeyError, "meta.epoch is 'missing', it must be a whole number of at least 0"),
        ('meta.epoch', -1, 'meta.epoch is -1, it must be'),
        ('meta.epoch', True, 'meta.epoch is True, it must be'),
        ('meta.epoch', 1.5, 'meta.epoch is 1.5, it must be'),
        ('meta.iter', 'four', "meta.iter is 'four', it must be"),
        ('meta.seed', 'five', "meta.seed is 'five', it must be a whole number from 0 to"),
        ('meta.seed', -3, 'meta.seed is -3'),
        ('message_hub', KeyError, 'message_hub is not a dict with the dicts log_scalars, runtime_info, resumed_keys'),
        ('message_hub', [], 'message_hub is not a dict with'),
        ('message_hub.log_scalars', KeyError, 'message_hub is not a dict with'),
        ('message_hub.log_scalars.loss', [1.0], "message_hub.log_scalars['loss'] is a list instead of a HistoryBuffer"),
        ('message_hub.runtime_info.best_score', 'high', "message_hub.runtime_info['best_score'] is str 'high' instead"),
        ('message_hub.resumed_keys.loss', 'yes', "message_hub.resumed_keys['loss'] is str 'yes' instead of a bool"),
        ('optimizer', KeyError, 'it holds no optimizer, as those do that are kept as the best'),
        ('param_schedulers', KeyError, 'it holds no param_schedulers'),
        ('optimizer', [], 'optimizer is a list instead of a dict'),
        ('optimizer.param_groups', 5, 'optimizer.param_groups is no list of dicts'),
        ('optimizer.param_groups', [], 'optimizer has 0 groups of parameters instead of 1'),
        ('optimizer.param_groups.0.lr', 'fast', "optimizer.param_groups[0].lr is str 'fast' instead of float"),
        ('optimizer.param_groups.0.betas', KeyError, 'optimizer.param_groups[0] is of another kind than Adam: not in bo'),
        ('optimizer.param_groups.0.params', [0], 'optimizer.param_groups[0] has 1 parameters instead of 2'),
        ('optimizer.param_groups.0.params', [0, 0], 'optimizer.param_groups[0].params are not whole numbers, each once'),
        ('optimizer.param_groups.0.params', 5, 'optimizer.param_groups[0] has no parameters instead of 2'),
        ('optimizer.state', [], 'optimizer.state is not that of the parameters'),
        ('optimizer.state.7', {}, 'optimizer.state is not that of the parameters'),
        ('optimizer.state.0', [], 'optimizer.state[0] is a list instead of a dict'),
        ('optimizer.state.0.exp_avg', torch.ones(3), "optimizer.state[0]['exp_avg'] is [3] instead of [2, 2]"),
        ('optimizer.state.0.exp_avg', torch.ones(()), "optimizer.state[0]['exp_avg'] is [] instead of [2, 2]"),
        ('optimizer.state.0.exp_avg', 'text', "optimizer.state[0]['exp_avg'] is str 'text' instead of a tensor"),
        ('optimizer.state.1.exp_avg', KeyError, 'optimizer.state[1] holds other quantities than'),
        ('param_schedulers', [], 'it has 0 param_schedulers instead of 1'),
        ('param_schedulers', {}, 'it has no param_schedulers instead of 1'),
        ('param_schedulers.0', 'text', "param_schedulers[0] is str 'text' instead of a dict"),
        ('param_schedulers.0.step', 5, 'param_schedulers[0] is of another kind than MultiStepLR: step not in both'),
        ('param_schedulers.0.gamma', 'text', "param_schedulers[0].gamma is str 'text' instead of float"),
        ('param_schedulers.0.base_values', [0.1, 0.1], 'param_schedulers[0].base_values is a list instead of a list'),
    ],
)  # fmt: skip
def test_odd_state(tmp_path, file, place, value, message):
    content = read_checkpoint(file)
    content['message_hub']['log_scalars']['loss'] = HistoryBuffer([1.0], [1])
    put(content, place, value)
    assert told(tmp_path, content).startswith(message)


def test_weights_alone(tmp_path, file):
    path = tmp_path / 'other.pth'
    for content in (read_checkpoint(file)['state_dict'], dict(state_dict=read_checkpoint(file)['state_dict'])):
        assert told(tmp_path, content) == (
            'holds weights only, no training can go on from it; to fine-tune from it: --cfg-options '
            f'load_from={path} without --resume'
        )


def test_weights_that_diverged(tmp_path, file):
    content = read_checkpoint(file)
    content['state_dict']['layer.bias'][0] = float('nan')
    assert told(tmp_path, content).startswith('1 of its weights hold NaN or infinity (layer.bias)')


@pytest.mark.parametrize(
    'arguments, message',
    [
        (dict(optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1, momentum=0.9))), 'of another kind than SGD: '),
        pytest.param(
            dict(optim_wrapper=dict(optimizer=dict(type='AdamW', lr=0.1))),
            'another kind than AdamW: decoupled_weight_decay',
            marks=pytest.mark.skipif(TELLS_NO_ADAMW, reason='Adam and AdamW of this torch have the same settings'),
        ),
        (
            dict(optim_wrapper=dict(optimizer=dict(type='Adam', lr=0.1), paramwise_cfg=dict(bias_lr_mult=2.0))),
            'optimizer has 1 groups of parameters instead of 2',
        ),
        (dict(param_scheduler=[dict(type='LinearLR', end=2)] * 2), 'it has 1 param_schedulers instead of 2'),
        (dict(param_scheduler=[dict(type='LinearLR', end=2)]), 'is of another kind than LinearLR: '),
    ],
)  # fmt: skip
def test_a_training_of_another_kind(tmp_path, file, arguments, message):
    assert message in told(tmp_path, read_checkpoint(file), **arguments)


def test_what_is_alike_goes_on(tmp_path, file):
    """Other learning rates and milestones; settings that came with later versions of torch; a counter that was a number."""
    content = read_checkpoint(file)
    for group in content['optimizer']['param_groups']:
        for key in ('foreach', 'fused', 'capturable', 'differentiable', 'decoupled_weight_decay'):
            group.pop(key, None)
        group['lr'] = 1
    for state in content['optimizer']['state'].values():
        state['step'] = int(state['step'])
    content['optimizer']['state'] = OrderedDict(content['optimizer']['state'])
    torch.save(content, tmp_path / 'alike.pth')
    train(tmp_path / 'work', 2, guarded=True, resume=True, load_from=str(tmp_path / 'alike.pth'))
    assert (tmp_path / 'work/epoch_2.pth').exists()


def test_a_training_that_keeps_no_optimizer_goes_on_without(tmp_path):
    hook = dict(save_optimizer=False, save_param_scheduler=False)
    train(tmp_path, 1, hook=hook)
    train(tmp_path, 2, hook=hook, guarded=True, resume=True, load_from=str(tmp_path / 'epoch_1.pth'))
    assert (tmp_path / 'epoch_2.pth').exists()


def test_random_states_that_are_none(tmp_path, file):
    content = read_checkpoint(file)
    content['whole_checkpoint']['random_states'] = [dict(python=5)]
    torch.save(content, tmp_path / 'odd.pth')
    with pytest.raises(InputError, match='its states of random numbers are none'):
        train(tmp_path / 'work', 2, resume=True, load_from=str(tmp_path / 'odd.pth'))
