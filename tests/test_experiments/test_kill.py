"""Trainings and drivers that are ended by SIGKILL go on as if nothing had been.

Data is loaded by the training's own process (``num_workers=0``): workers that persist over epochs have random numbers of
their own, which start anew when a training is resumed.
"""

import multiprocessing
import os
import random
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from pose_plugins.checkpoints import read_checkpoint
from pose_plugins.experiments.logs import TrainingLog
from pose_plugins.experiments.variants import compare_variants
from pose_plugins.training import launch
from pose_plugins.training.resume import latest_checkpoint

SETTINGS = {
    'train_cfg.max_epochs': 3,
    'train_cfg.val_interval': 1,
    'train_dataloader.batch_size': 8,
    'default_hooks.logger.interval': 1,
    'default_hooks.checkpoint.interval': 1,
    'default_hooks.checkpoint.max_keep_ckpts': 1,
    'default_hooks.checkpoint.save_best': 'score_rank/error_1',
    'default_hooks.checkpoint.rule': 'less',
    'randomness.seed': 7,
    'param_scheduler.1.end': 3,
}


def on_a_slow_disk():
    """Let a file take a moment to be safe, so that a kill can meet it."""
    os.fsync = lambda descriptor: time.sleep(0.1)


def train(config, work_dir, options):
    """A training, in a process of its own."""
    on_a_slow_disk()
    settings = [f'{name}={value}' for name, value in options.items()]
    sys.argv = ['train.py', config, '--work-dir', work_dir, '--resume', '--cfg-options', *settings]
    sys.stdout = sys.stderr = open(os.devnull, 'w')
    launch.train()


def drive(config, work_dir, options):
    """A driver of one training, in a process of its own; the training is in another one that the driver starts."""
    sys.stdout = sys.stderr = open(os.devnull, 'w')
    compare_variants(config, work_dir, {}, seeds=[7], options=options)


@pytest.fixture(scope='module')
def start():
    """Start a function of this module in a process that has imported everything already."""
    context = multiprocessing.get_context('forkserver')
    context.set_forkserver_preload(['pose_plugins.experiments.variants', 'pose_plugins.training.launch'])
    processes = []

    def call(function, *arguments):
        processes.append(context.Process(target=function, args=arguments))
        processes[-1].start()
        return processes[-1]

    yield call
    for process in processes:
        process.kill()


@pytest.fixture(scope='module')
def task(hrnet_synthetic, synthetic_coco):
    """Config and options of a training of three epochs."""
    roots = {f'{loader}_dataloader.dataset.data_root': f'{synthetic_coco}/' for loader in ('train', 'val', 'test')}
    return str(hrnet_synthetic), {**SETTINGS, **roots}


@pytest.fixture(scope='module')
def undisturbed(start, task, tmp_path_factory):
    """The log of the training that nobody ended."""
    work_dir = tmp_path_factory.mktemp('undisturbed')
    process = start(train, task[0], str(work_dir), task[1])
    process.join()
    assert process.exitcode == 0
    return TrainingLog(work_dir)


def logged(folder):
    """How many lines all starts of a training have logged."""
    return sum(path.read_bytes().count(b'\n') for path in folder.glob('*/vis_data/scalars.json'))


def killed(process, folder, moment):
    """Kill a process at a moment; whether it was still at work.

    A moment is a number of lines that it has logged and seconds after that, or ``'saving'``: while a checkpoint is written.
    """
    lines, end = logged(folder), time.time() + 120
    while process.is_alive() and time.time() < end:
        if moment == 'saving' and any(folder.glob('.epoch_*.partial.pth')):
            break
        if moment != 'saving' and logged(folder) >= lines + moment[0]:
            process.join(moment[1])
            break
        time.sleep(0.002)
    process.kill()
    process.join()
    return process.exitcode == -9


def progress(folder):
    """The epoch of the checkpoint from which a training would go on; 0 if there is none."""
    path = latest_checkpoint(folder)
    return read_checkpoint(path)['meta']['epoch'] if path else 0


def ended_at(moments, start, function, task, work_dir, folder):
    """Kill a process at the moments and start it again each time; how many kills met it. It is finished then."""
    met, epoch = 0, 0
    for moment in moments:
        process = start(function, task[0], str(work_dir), task[1])
        if not killed(process, folder, moment):
            assert process.exitcode == 0
            break
        met += 1
        assert progress(folder) >= epoch  # what was reached stays
        epoch = progress(folder)
    process = start(function, task[0], str(work_dir), task[1])
    process.join()
    assert process.exitcode == 0
    return met


def same_curves(folder, log):
    again = TrainingLog(folder)
    assert again.steps.tolist() == log.steps.tolist()
    np.testing.assert_allclose(again.losses, log.losses, rtol=1e-3)
    assert again.evaluations.keys() == log.evaluations.keys()
    for step, metrics in log.evaluations.items():
        for name, value in metrics.items():
            assert again.evaluations[step][name] == pytest.approx(value, rel=1e-3, abs=1e-6), (step, name)


def checkpoints(folder):
    return sorted(path.name for path in folder.glob('*.pth')) + [path.name for path in folder.glob('.*.partial*')]


@pytest.mark.slow
def test_two_kills_one_while_saving(start, task, undisturbed, tmp_path):
    assert ended_at([(8, 0), 'saving'], start, train, task, tmp_path, tmp_path) == 2
    same_curves(tmp_path, undisturbed)
    assert checkpoints(tmp_path) == checkpoints(undisturbed.folder)


def random_moments(count):
    return [random.choice(['saving', (random.randrange(9), random.uniform(0, 0.5))]) for _ in range(count)]


@pytest.mark.slow
def test_trainings_and_drivers_killed_at_twenty_moments(start, task, undisturbed, tmp_path):
    random.seed(0)
    met, number = 0, 0
    while met < 15:
        folder = tmp_path / f'training_{number}'
        met += ended_at(random_moments(15 - met), start, train, task, folder, folder)
        same_curves(folder, undisturbed)
        assert checkpoints(folder) == checkpoints(undisturbed.folder)
        number += 1
    while met < 20:
        work = tmp_path / f'driver_{number}'
        folder = work / f'{Path(task[0]).stem}_seed-7'
        met += ended_at(random_moments(20 - met), start, drive, task, work, folder)
        same_curves(folder, undisturbed)
        assert (work / 'variants.md').is_file()
        number += 1
