"""Failures that a user can mend are told in one line, and a bug of this package keeps its traceback."""

import errno
import os
from types import FunctionType

import pytest
import torch
from mmengine.config import Config
from mmengine.fileio import dump
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmpose.registry import HOOKS, KEYPOINT_CODECS, MODELS, PARAM_SCHEDULERS

from pose_plugins.config import failures_explained
from pose_plugins.utils import tables
from pose_plugins.utils.errors import InputError


def test_what_cannot_be_built_is_named_with_its_key():
    codec = dict(type='MSRAHeatmap', input_size=(48, 64), heatmap_size=(12, 16), sigma=2, unbiased='no', blur=1)
    cfg = Config(dict(model=dict(head=[dict(decoder=codec)])))
    for build, message in (
        (lambda: KEYPOINT_CODECS.build(cfg.model.head[0].decoder), r'^model.head.0.decoder: MSRAHeatmap cannot .*blur'),
        (
            lambda: MODELS.build(dict(type='Nothing')),
            '^Nothing: KeyError: Nothing is not in the mmpose::model registry',
        ),
        (
            lambda: PARAM_SCHEDULERS.build(
                dict(type='LinearLR', start_factor=0.1, begin=5, end=2, convert_to_iter_based=True),
                default_args=dict(
                    optimizer=torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1), epoch_length=2
                ),
            ),
            r'^LinearLR cannot be built: ValueError: end should be larger than begin.*line \d+\)$',
        ),
    ):
        with pytest.raises(InputError, match=message) as error, failures_explained(cfg):
            build()
        assert '\n' not in str(error.value)


def test_a_users_class_is_told_with_its_line():
    @HOOKS.register_module(force=True)
    class FailingHook(Hook):
        def __init__(self):
            raise ValueError('of the user')

    message = r'FailingHook cannot be built: ValueError: of the user \(.*test_failures.py, line \d+\)'
    with pytest.raises(InputError, match=message), failures_explained():
        HOOKS.build(dict(type='FailingHook'))


def bug(*_):
    """A mistake in code that the test puts into this package."""
    raise KeyError('a bug')


def test_a_bug_of_this_package_keeps_its_traceback():
    ours = FunctionType(bug.__code__.replace(co_filename=tables.__file__), vars(tables))

    @HOOKS.register_module(force=True)
    class HookThatCallsUs(Hook):
        def __init__(self):
            ours()

    with pytest.raises(KeyError, match='a bug'), failures_explained():
        HOOKS.build(dict(type='HookThatCallsUs'))
    for error in (KeyError('a bug'), RuntimeError('of another kind'), OSError(errno.ENOENT, 'no file')):
        with pytest.raises(type(error)), failures_explained():
            raise error
    with pytest.raises(InputError, match='^as it is$'), failures_explained():
        raise InputError('as it is')


def test_what_the_runner_builds_without_a_registry(tmp_path, hrnet_synthetic):
    for key, value, message in (
        ('log_level', 'LOUD', 'log_level: cannot be used: KeyError: LOUD'),
        ('env_cfg', dict(mp_cfg=dict(mp_start_method='spoon')), 'env_cfg: cannot be used: ValueError: .*spoon'),
    ):
        cfg = Config.fromfile(hrnet_synthetic)
        cfg.merge_from_dict({key: value, 'work_dir': str(tmp_path / 'work')})
        with pytest.raises(InputError, match=f'^{hrnet_synthetic}: {message}'), failures_explained(cfg):
            Runner.from_cfg(cfg)


@pytest.mark.parametrize(
    'error, message',
    [
        (
            torch.cuda.OutOfMemoryError('CUDA out of memory.\nTried 2 GiB'),
            'lower batch_size .*train_dataloader.batch_size=7',
        ),
        (MemoryError('Unable to allocate 7 GiB'), 'memory does not suffice, .*MemoryError: Unable to allocate 7 GiB'),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), 'memory does not suffice'),
        (
            RuntimeError('DataLoader worker (pid(s) 3) exited unexpectedly'),
            'process exited unexpectedly, .*num_workers',
        ),
        (
            RuntimeError('DataLoader worker (pid 3) is killed by signal: Bus error. It is'),
            'signal: Bus error, .*/dev/shm',
        ),
        (OSError(errno.ENOSPC, 'No space left on device', 'x.pth'), '^x.pth: cannot be used: No space left on device$'),
        (OSError(errno.EMFILE, 'Too many open files'), 'Too many open files; fewer num_workers'),
        (RuntimeError('PytorchStreamWriter failed writing file data/3'), 'cannot be written, is the disk full?'),
    ],
)
def test_what_the_machine_does_not_have(error, message):
    cfg = Config(dict(train_dataloader=dict(batch_size=7), val_dataloader=None))
    with pytest.raises(InputError, match=message) as line, failures_explained(cfg):
        raise error
    assert '\n' not in str(line.value)


@pytest.mark.skipif(not os.path.exists('/dev/full'), reason='is about a full disk, as Linux gives one')
def test_a_full_disk_is_told_with_the_file():
    with pytest.raises(InputError, match='^/dev/full: cannot be .*'), failures_explained():
        dump([1] * 9999, '/dev/full', file_format='json')
    with pytest.raises(InputError, match='^/dev/full: cannot be .*'), failures_explained():
        torch.save(torch.zeros(9999), '/dev/full')
