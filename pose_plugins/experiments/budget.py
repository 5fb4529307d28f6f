"""Shortens or lengthens trainings to a number of samples, so that methods are compared on equal terms."""

import io
from contextlib import redirect_stdout
from copy import deepcopy
from typing import Any

from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner

from ..training.checks import check_config
from ..utils.arguments import at_least
from ..utils.errors import InputError


def samples_per_epoch(config: Config) -> int:
    """How many samples a config's training sees in an epoch, incomplete batches left out where they are.

    Raises:
        InputError: If its data is not there.
    """
    check_config(config, ('train',))
    return iterations_per_epoch(config) * config.train_dataloader.batch_size


def iterations_per_epoch(config: Config) -> int:
    """How many batches of its training data there are."""
    init_default_scope(config.get('default_scope') or 'mmpose')
    with redirect_stdout(io.StringIO()):  # the annotation files' readers tell how long they took
        return len(Runner.build_dataloader(config.train_dataloader, seed=0))


def within_budget(config: Config, samples: int, per_epoch: int) -> Config:
    """A config whose training sees a number of samples, with the schedule of the learning rate scaled alike.

    All that counts epochs is scaled: ``train_cfg``, schedulers by epoch, and when hooks that name an epoch come in. Warm-ups
    count iterations and stay.

    Args:
        config: Of a training in epochs.
        samples: How many the training is to see; whole epochs come as near to it as can be, at least one.
        per_epoch: How many it sees in an epoch.

    Returns:
        A changed copy.

    Raises:
        InputError: If ``samples`` is below 1, the training does not count epochs, or its warm-up would be more than half
            of it.
    """
    at_least(1, samples=samples)
    config = deepcopy(config)
    if 'max_epochs' not in (config.get('train_cfg') or {}):
        raise InputError(
            f'{config.filename}: train_cfg.max_epochs is missing, of which a budget of samples takes a share'
        )
    before = config.train_cfg.max_epochs
    epochs = max(1, round(samples / per_epoch))
    config.train_cfg.max_epochs = epochs
    if config.train_cfg.get('val_interval'):
        config.train_cfg.val_interval = max(1, _scaled(config.train_cfg.val_interval, before, epochs))
    iterations = epochs * per_epoch // config.train_dataloader.batch_size
    for scheduler in _schedulers(config):
        if scheduler.get('by_epoch', True):
            for name in ('begin', 'end', 'milestones', 'T_max'):
                if name in scheduler:
                    scheduler[name] = _scaled(scheduler[name], before, epochs)
            for name in {'end', 'T_max'} & scheduler.keys():
                scheduler[name] = max(scheduler[name], scheduler.get('begin', 0) + 1)
        elif (end := scheduler.get('end')) and end > iterations / 2:
            raise InputError(
                f'{config.filename}: a budget of {samples} samples is {iterations} iterations, of which {scheduler["type"]} '
                f'takes {end}; give a larger one'
            )
    for hook in config.get('custom_hooks') or ():
        for name in ('epoch', 'switch_epoch'):
            if name in hook:
                hook[name] = _scaled(hook[name], before, epochs)
    return config


def _schedulers(config: Config) -> list[dict]:
    found = config.get('param_scheduler') or []
    return [found] if isinstance(found, dict) else list(found)


def _scaled(value: Any, before: int, after: int) -> Any:
    """An epoch, or several, of a training of ``before`` epochs in one of ``after``."""
    if isinstance(value, (list, tuple)):
        return [_scaled(one, before, after) for one in value]
    return round(value * after / before)
