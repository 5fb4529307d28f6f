"""The number of threads that a training on a CPU chooses, on a machine whose load changes."""

import pytest
import torch
from mmengine.logging import MMLogger

from pose_plugins.training.cpu_threads import CHOSEN, ThreadChoice, ThreadsHook


def run(choice, load, steps, draw):
    """Let steps take what they took on two cores, by threads and load; their sum, and the last number of threads."""
    took = {(2, False): 0.13, (1, False): 0.24, (2, True): 1.2, (1, True): 0.25, (4, False): 0.07, (4, True): 3.0}
    total = 0.0
    for _ in range(steps):
        seconds = took[choice.threads, load] * draw.uniform(0.9, 1.1)
        total += seconds
        choice.took(seconds)
    return total, choice.threads


@pytest.fixture
def draw():
    import numpy as np

    return np.random.default_rng(0)


def test_quiet_all_busy_few_and_back(draw):
    choice = ThreadChoice(2)
    total, threads = run(choice, False, 400, draw)
    assert threads == 2 and total < 1.05 * 400 * 0.13
    total, threads = run(choice, True, 400, draw)
    assert threads == 1 and total < 2.5 * 400 * 0.13
    total, threads = run(choice, False, 1000, draw)
    assert threads == 2 and total < 1.5 * 1000 * 0.13


def test_begun_beside_other_work(draw):
    total, threads = run(ThreadChoice(2), True, 1000, draw)
    assert threads == 1 and total < 1.2 * 1000 * 0.25


def test_more_cores_step_by_step(draw):
    choice = ThreadChoice(4)
    assert run(choice, False, 100, draw)[1] == 4
    assert run(choice, True, 400, draw)[1] == 1
    assert run(choice, False, 3000, draw)[1] == 4


def test_one_step_that_is_slow_changes_nothing():
    choice = ThreadChoice(2)
    for _ in range(3 * 8):
        choice.took(0.1 if choice.threads == 2 else 0.2)
    for seconds in (1.0, 0.1, 1.0, 1.0, 0.1) * 20:
        choice.took(seconds)
        assert choice.threads == 2


class Steps:
    """A runner, as far as the hook needs one."""

    iter = 0

    def __init__(self, device='cpu'):
        self.model = torch.nn.Linear(2, 2, device=device)
        self.logger = MMLogger.get_instance('threads')


@pytest.fixture
def threads(monkeypatch):
    """Four threads, set by nobody; what is set is recorded."""
    for name in CHOSEN:
        monkeypatch.delenv(name, raising=False)
    found = []
    monkeypatch.setattr(torch, 'get_num_threads', lambda: 4)
    monkeypatch.setattr(torch, 'set_num_threads', found.append)
    return found


def steps(hook, runner, count=20):
    hook.before_train(runner)
    for i in range(count):
        hook.before_train_iter(runner, i)
        hook.after_train_iter(runner, i)
    hook.after_train(runner)


def test_the_hook_sets_and_says_them(threads, monkeypatch):
    lines = []
    runner = Steps()
    monkeypatch.setattr(runner.logger, 'info', lines.append)
    steps(ThreadsHook(), runner)
    assert threads[0] == 2 and threads[-1] == 4
    assert lines[0] == '2 of 4 threads from iteration 2 on'


@pytest.mark.parametrize('name', CHOSEN)
def test_who_sets_a_variable_has_chosen(name, threads, monkeypatch):
    monkeypatch.setenv(name, '3')
    steps(ThreadsHook(), Steps())
    assert threads == []


def test_another_device_is_left_alone(threads):
    steps(ThreadsHook(), Steps('meta'))
    assert threads == []
