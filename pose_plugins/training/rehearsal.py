"""Rehearses validation or test on a few samples, so that what would fail after hours fails at the start."""

import io
import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pickle import PicklingError
from typing import Any

from mmcv.transforms import BaseTransform
from mmengine.dataset import InfiniteSampler
from mmengine.dist import get_world_size
from mmengine.evaluator import BaseMetric, Evaluator
from mmengine.hooks import CheckpointHook, EarlyStoppingHook, Hook
from mmengine.logging import MMLogger, print_log
from mmengine.runner import BaseLoop, Runner
from mmengine.runner.amp import autocast
from mmpose.datasets.transforms import PackPoseInputs
from mmpose.registry import HOOKS
from torch import nn

from ..datasets.explain import records_explained
from ..evaluation.predictions import check_finite
from ..utils.errors import DivergedError, InputError, similar
from .rehearsed_evaluator import copied_evaluator
from .schedules import tell_of_schedules
from .trial import FORESEEABLE, is_ours, layer_passed, no_trace, passed, told, unwrapped

SAMPLES = 2
KNOWN = 'mmengine', 'mmpose', 'pose_plugins'  # metrics of others may need more samples than these


@HOOKS.register_module()
class RehearsalHook(Hook):
    """Before training, put two samples of the validation data, or one of each data set, through model and evaluators; before
    a test, some of the test data. Nothing of it is left: no random number, no result, no file.

    Before training it also refuses a data loader without any batch, and a ``save_best`` or an early stop by a metric that no
    evaluator gives, and tells of a warm-up that the training is too short for.
    """

    priority = 'HIGH'  # after SizesHook

    def before_train(self, runner: Runner) -> None:
        """Runs once the model has its weights.

        Raises:
            InputError: If there is nothing to train on, or validation cannot work.
        """
        check_batches(runner)
        tell_of_schedules(runner)
        loop = runner.val_loop
        if loop is None or getattr(runner.train_loop, 'val_begin', 1) > _length(runner):
            return
        names = rehearse(runner, loop, 'val')
        if names is not None:
            _check_monitored(runner, loop.evaluator, names)

    def before_test(self, runner: Runner) -> None:
        """Runs before the first batch.

        Raises:
            InputError: If the test cannot work.
        """
        rehearse(runner, runner.test_loop, 'test')


def check_batches(runner: Runner) -> None:
    """Refuse a training that has no batch.

    Args:
        runner: Its data is read here, if it was not yet.

    Raises:
        InputError: With the size of data and batch.
    """
    loader = runner.train_dataloader
    try:
        batches, samples = len(loader), len(loader.dataset)
    except TypeError:  # data that comes in a stream
        return
    if not batches and not isinstance(loader.sampler, InfiniteSampler):
        raise InputError(
            f'train_dataloader: {samples} samples give no batch of batch_size={loader.batch_size} with '
            f'drop_last={loader.drop_last}; take a smaller batch'
        )


def rehearse(runner: Runner, loop: BaseLoop, name: str) -> list[str] | None:
    """Validate or test on a few samples.

    Args:
        runner: With its model.
        loop: Its loop of validation or test.
        name: 'val' or 'test'.

    Returns:
        Names of the metrics; None if they could not be found out: nobody was found in a picture, an untrained network's
        numbers were not finite, or the evaluator cannot be copied.

    Raises:
        InputError: If the loop cannot work.
    """
    if not isinstance(getattr(loop, 'evaluator', None), Evaluator):
        return None
    with no_trace(runner.model), _quiet(), _explained(runner, name):
        dataset: Any = loop.dataloader.dataset
        if not len(dataset):
            raise InputError(f'{name}_dataloader: its data has no sample')
        with records_explained():
            samples = [dataset[index] for index in _indices(dataset)]
        size = min(loop.dataloader.batch_size or 1, len(samples))
        batches = [loop.dataloader.collate_fn(samples[start : start + size]) for start in range(0, len(samples), size)]
        try:
            outputs = [_predict(runner, loop, name, batch) for batch in batches]
        except DivergedError:
            if name == 'test':
                raise
            return None
        if not all(len(sample.get('pred_instances', ())) for output in outputs for sample in output):
            return None
        try:
            evaluator = copied_evaluator(
                loop.evaluator, {sample.get('img_id') for output in outputs for sample in output}
            )
        except (TypeError, PicklingError):  # a metric of the user's own, with a lock, a file or a logger
            return None
        for output, batch in zip(outputs, batches):
            evaluator.process(data_samples=output, data_batch=batch)
        return _evaluate(evaluator, len(samples))


def _predict(runner: Runner, loop: BaseLoop, name: str, batch: Any) -> list:
    """A batch's predictions, all of which are finite."""
    with autocast(enabled=getattr(loop, 'fp16', False)):
        output = getattr(runner.model, f'{name}_step')(batch)
    if output[-1].keys() == ['loss']:  # as mmengine's loops take losses of validation
        output = output[:-1]
    check_finite(output)
    return output


def _evaluate(evaluator: Evaluator, samples: int) -> list[str] | None:
    """Names of what the metrics give. A metric of the user's own that fails is told of: it may need more samples."""
    try:
        return list(evaluator.evaluate(samples * get_world_size()))
    except FORESEEABLE as error:
        metrics = passed(error, BaseMetric)
        if isinstance(error, InputError) or not metrics or type(metrics[-1]).__module__.split('.')[0] in KNOWN:
            raise
        print_log(
            f'{type(metrics[-1]).__name__} fails on {samples} samples: {told(error)}; it will do so on all, unless it needs '
            'more of them',
            'current',
            logging.ERROR,
        )
        return None


def _check_monitored(runner: Runner, evaluator: Evaluator, names: Sequence[str]) -> None:
    """Refuse hooks that wait for a metric which no evaluator gives."""
    for hook in runner.hooks:
        wanted = []
        if hasattr(hook, 'check_metrics'):
            keys = hook.key_indicators if hook.save_best else ()
            hook.check_metrics([*names, *(key for key in keys if 'loss' in key or _may_give(evaluator, key, names))])
        elif isinstance(hook, CheckpointHook) and hook.save_best:
            wanted = [('default_hooks.checkpoint.save_best', name) for name in hook.key_indicators if name != 'auto']
        elif isinstance(hook, EarlyStoppingHook):
            wanted = [('EarlyStoppingHook: monitor', hook.monitor)]
        for key, name in wanted:
            if name not in names and 'loss' not in name and not _may_give(evaluator, name, names):
                raise InputError(
                    f'{key}={name!r}: the evaluators give no such metric{similar(name, names)}; they give {", ".join(names)}'
                )


def _may_give(evaluator: Evaluator, name: str, names: Sequence[str]) -> bool:
    """Whether a metric that gave nothing of a few samples, or not everything, may give a name of all of them."""
    for metric in evaluator.metrics:
        start = f'{metric.prefix}/' if metric.prefix else ''
        if hasattr(metric, 'possible_names') and name in [f'{start}{possible}' for possible in metric.possible_names()]:
            return True
        gave = any(given.startswith(start) if start else '/' not in given for given in names)
        if not gave and name.startswith(start):
            return True
    return False


def _indices(dataset: Any) -> list[int]:
    """The first two samples, or the first of each of several data sets in one."""
    lengths = getattr(dataset, 'lens', None) or [len(part) for part in getattr(dataset, 'datasets', ())]
    if len(lengths) < 2:
        return list(range(min(SAMPLES, len(dataset))))
    return [sum(lengths[:i]) for i, length in enumerate(lengths) if length]


def _length(runner: Runner) -> int:
    """How long a training is, in what its loop counts validations by."""
    loop = runner.train_loop
    return loop.max_epochs if hasattr(loop, 'run_epoch') else loop.max_iters


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave out tables, warnings and lines of the log, but for errors."""

    def is_error(record: logging.LogRecord) -> bool:
        return record.levelno >= logging.ERROR

    logger = MMLogger.get_current_instance()
    logger.addFilter(is_error)
    try:
        with redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter('ignore')
            yield
    finally:
        logger.removeFilter(is_error)


@contextmanager
def _explained(runner: Runner, name: str) -> Iterator[None]:
    """Say in one line why a loop cannot work.

    Raises:
        InputError: Of an error in MMPose, PyTorch or what a config names; one of this package's own stays as it is.
    """
    what = 'validation' if name == 'val' else 'the test'
    try:
        yield
    except DivergedError:
        raise
    except InputError as error:
        raise InputError(f'{what} cannot work: {error}') from error
    except FORESEEABLE as error:
        if is_ours(error):
            raise
        packed = isinstance(error, KeyError) and error.args[0] in PackPoseInputs().meta_keys
        hint = "; is it among PackPoseInputs' meta_keys?" if packed else ''
        raise InputError(f'{what} cannot work: {_place(runner, name, error)}: {told(error)}{hint}') from error


def _place(runner: Runner, name: str, error: Exception) -> str:
    """The metric, the model's part or the transform that an error passed."""
    metrics, transforms = passed(error, BaseMetric), passed(error, BaseTransform)
    if metrics:
        truth = getattr(metrics[-1], 'ann_file', None)
        return f'{name}_evaluator: {type(metrics[-1]).__name__}{f" ({truth})" if truth else ""}'
    if passed(error, Evaluator):
        return f'{name}_evaluator'
    if transforms:
        return f'{name}_dataloader.dataset.pipeline: {type(transforms[-1]).__name__}'
    if passed(error, nn.Module):
        return layer_passed(unwrapped(runner.model), error)
    return f'{name}_dataloader'
