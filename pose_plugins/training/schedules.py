"""Tells of a learning rate that never becomes what its schedule says, because the training is shorter."""

import logging
from collections.abc import Iterator

from mmengine.logging import print_log
from mmengine.optim.scheduler.param_scheduler import LinearParamScheduler
from mmengine.runner import Runner


def tell_of_schedules(runner: Runner) -> None:
    """Warn of a warm-up that is longer than the training, as after a change of data or of ``max_epochs``.

    Args:
        runner: Whose loop and schedulers are built.
    """
    for line in _unfinished(runner):
        print_log(line, 'current', logging.WARNING)


def _unfinished(runner: Runner) -> Iterator[str]:
    loop = runner.train_loop
    groups = runner.param_schedulers or []
    for scheduler in sum(groups.values(), []) if isinstance(groups, dict) else groups:
        warms_up = isinstance(scheduler, LinearParamScheduler) and scheduler.start_factor < scheduler.end_factor
        length, unit = (loop.max_epochs, 'epochs') if scheduler.by_epoch else (loop.max_iters, 'iterations')
        if warms_up and scheduler.end > length:
            reached = (length - scheduler.begin) / (scheduler.end - scheduler.begin)
            share = scheduler.start_factor + (scheduler.end_factor - scheduler.start_factor) * max(0, reached)
            yield (
                f'param_scheduler: {type(scheduler).__name__} warms up for {scheduler.end} {unit} and the training has '
                f'{length}: {scheduler.param_name} comes to {share:.1%} of its value; give an end below {length}'
            )
