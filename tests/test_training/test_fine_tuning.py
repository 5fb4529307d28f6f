"""A training tells what it begins with: weights that are taken, a warm-up that ends in time, an end that is reached."""

import pytest
import torch
from small_training import runner, train

from pose_plugins.checkpoints import check_overlap, read_checkpoint
from pose_plugins.training import CheckpointGuardHook, hooks, schedules
from pose_plugins.utils.errors import InputError


@pytest.fixture
def lines(monkeypatch):
    """Lines of the log."""
    said = []
    for module in (hooks, schedules):
        monkeypatch.setattr(module, 'print_log', lambda line, *others: said.append(line))
    return said


@pytest.fixture
def model():
    return torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.BatchNorm2d(8))


def test_all_weights_are_nothing_to_tell(model):
    assert check_overlap(model, {**model.state_dict(), 'more': torch.ones(1)}, 'a.pth') == ''


def test_which_weights_begin_anew(model):
    state = {**model.state_dict(), '0.weight': torch.ones(4, 3, 3, 3)}
    del state['1.bias']
    line = 'a.pth: 4 of 6 weights are taken, the others begin anew: 0.weight (4x3x3x3 instead of 8x3x3x3), 1.bias'
    assert check_overlap(model, state, 'a.pth') == line


@pytest.mark.parametrize(
    'change, message',
    [
        (
            lambda s: {f'backbone.{k}': v for k, v in s.items()},
            '^a.pth: has none of the weights of this model.*backbone.0',
        ),
        (lambda s: {k: torch.ones(7) for k in s}, '^a.pth: has none of the weights'),
        (lambda s: {}, '^a.pth: has none of the weights'),
        (lambda s: {**s, '0.bias': s['0.bias'].long()}, '^a.pth: 0.bias is whole numbers instead of floating point'),
        (lambda s: {**s, '0.bias': s['0.bias'] * float('nan')}, r'1 of its weights hold NaN or infinity \(0.bias\)'),
    ],
)
def test_weights_that_are_no_start(model, change, message):
    with pytest.raises(InputError, match=message):
        check_overlap(model, change(model.state_dict()), 'a.pth')


def test_fine_tuning_from_a_part(tmp_path, lines):
    """Also from a file that a model in several processes was saved to."""
    train(tmp_path / 'first', 1)
    state = read_checkpoint(tmp_path / 'first/epoch_1.pth')['state_dict']
    torch.save({'module.layer.weight': state['layer.weight']}, tmp_path / 'part.pth')
    made = runner(tmp_path / 'work', 1, load_from=str(tmp_path / 'part.pth'))
    made.register_hook(CheckpointGuardHook(exact=False))
    made.train()
    assert lines == [f'{tmp_path}/part.pth: 1 of 2 weights are taken, the others begin anew: layer.bias']


def test_a_training_at_its_end(tmp_path, lines):
    train(tmp_path / 'work', 2)
    last = tmp_path / 'work/epoch_2.pth'
    runner(tmp_path / 'work', 2, guarded=True, resume=True, load_from=str(last)).train()
    assert lines == [f'{last} is of epoch 2, nothing is left to train; to go on, raise train_cfg.max_epochs above 2']


@pytest.mark.parametrize('end, told', [(8, []), (16, ['lr comes to 55.0% of its value; give an end below 8'])])
def test_a_warm_up_that_is_too_long(tmp_path, lines, end, told):
    warm_up = dict(type='LinearLR', begin=0, end=end, start_factor=0.1, by_epoch=False)
    decay = dict(type='MultiStepLR', milestones=[100], by_epoch=True)  # a training that was made short
    made = runner(tmp_path / 'work', 2, param_scheduler=[warm_up, decay])
    made.train()
    schedules.tell_of_schedules(made)
    assert [line.partition(': ')[2].partition(': ')[2] for line in lines] == told
