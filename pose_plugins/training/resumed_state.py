"""Refuses a checkpoint from which a training cannot go on."""

from collections.abc import Iterator, Mapping, Sequence
from numbers import Real
from pathlib import Path
from typing import Any

import torch
from mmengine.hooks import CheckpointHook
from mmengine.logging import HistoryBuffer
from mmengine.optim import BaseOptimWrapper, OptimWrapperDict
from mmengine.runner import Runner

from ..utils.errors import InputError

MESSAGES = 'log_scalars', 'runtime_info', 'resumed_keys'
# settings of torch's optimizers that came with later versions and change no result
_SPEED = {'foreach', 'fused', 'capturable', 'differentiable', 'maximize'}


def check_resumable(runner: Runner, checkpoint: dict[str, Any], source: str | Path) -> None:
    """Refuse a checkpoint whose training state is missing, or is not that of this training.

    Args:
        runner: Whose optimizer and schedulers are built.
        checkpoint: Its content.
        source: Its file, for the message.

    Raises:
        InputError: Naming the first part that does not fit.
    """
    if 'meta' not in checkpoint:
        raise InputError(
            f'{source}: holds weights only, no training can go on from it; to fine-tune from it: --cfg-options '
            f'load_from={source} without --resume'
        )
    wrong = next(_faults(runner, checkpoint), None)
    if wrong:
        raise InputError(f'{source}: a training cannot go on from it: {wrong}')


def _faults(runner: Runner, checkpoint: dict[str, Any]) -> Iterator[str]:
    meta, messages = checkpoint['meta'], checkpoint.get('message_hub')
    if not isinstance(meta, dict):
        yield f'meta is {_named(meta)} instead of a dict'
    for key in ('epoch', 'iter'):
        if type(meta.get(key)) is not int or meta[key] < 0:
            yield f'meta.{key} is {meta.get(key, "missing")!r}, it must be a whole number of at least 0'
    seed = meta.get('seed')
    if seed is not None and (type(seed) is not int or not 0 <= seed < 2**32):
        yield f'meta.seed is {seed!r}, it must be a whole number from 0 to 2^32 - 1'
    yield from _message_faults(messages)
    yield from _missing_state(runner, checkpoint)
    if 'optimizer' in checkpoint and isinstance(runner.optim_wrapper, BaseOptimWrapper):
        yield from _optimizer_faults(runner.optim_wrapper, checkpoint['optimizer'], 'optimizer')
    if 'param_schedulers' in checkpoint and runner.param_schedulers is not None:
        yield from _scheduler_faults(runner.param_schedulers, checkpoint['param_schedulers'], 'param_schedulers')


def _missing_state(runner: Runner, checkpoint: dict[str, Any]) -> Iterator[str]:
    """The state that this training's own checkpoints have."""
    saves = [hook for hook in runner.hooks if isinstance(hook, CheckpointHook)]
    wanted = dict(
        optimizer=any(hook.save_optimizer for hook in saves),
        param_schedulers=any(hook.save_param_scheduler for hook in saves) and bool(runner.param_schedulers),
    )
    for key, saved in wanted.items():
        if saved and key not in checkpoint:
            yield f'it holds no {key}, as those do that are kept as the best; take one that was written after an epoch'


def _message_faults(messages: Any) -> Iterator[str]:
    if not isinstance(messages, dict) or not all(isinstance(messages.get(key), dict) for key in MESSAGES):
        yield f'message_hub is not a dict with the dicts {", ".join(MESSAGES)}'
    for name, buffer in messages['log_scalars'].items():
        if type(buffer) is not HistoryBuffer:
            yield f'message_hub.log_scalars[{name!r}] is {_named(buffer)} instead of a HistoryBuffer'
    for name, value in messages['runtime_info'].items():
        if str(name).startswith('best_score') and not isinstance(value, (Real, torch.Tensor)):
            yield f'message_hub.runtime_info[{name!r}] is {_named(value)} instead of a number'
    for name, value in messages['resumed_keys'].items():
        if not isinstance(name, str) or type(value) is not bool:
            yield f'message_hub.resumed_keys[{name!r}] is {_named(value)} instead of a bool'


def _optimizer_faults(wrapper: BaseOptimWrapper, state: Any, place: str) -> Iterator[str]:
    if not isinstance(state, dict):
        yield f'{place} is {_named(state)} instead of a dict'
    if isinstance(wrapper, OptimWrapperDict):
        if state.keys() != dict(wrapper.items()).keys():
            yield f'{place} has {", ".join(map(str, state))} instead of {", ".join(wrapper.keys())}'
        for name, each in wrapper.items():
            yield from _optimizer_faults(each, state[name], f'{place}.{name}')
        return
    if getattr(wrapper, 'loss_scaler', None) is None and 'loss_scaler' in state:
        yield f'{place} is of a training with --amp, which this one is without'
    base = wrapper.base_param_settings
    if 'base_param_settings' in state and base is not None and not isinstance(state['base_param_settings'], dict):
        yield f'{place}.base_param_settings is {_named(state["base_param_settings"])} instead of a dict'
    groups, own = state.get('param_groups'), wrapper.optimizer.param_groups
    if not isinstance(groups, list) or not all(isinstance(group, dict) for group in groups):
        yield f'{place}.param_groups is no list of dicts'
    kind = type(wrapper.optimizer).__name__
    for number, (group, ours) in enumerate(zip(groups, own)):
        here = f'{place}.param_groups[{number}]'
        other = [key for key in sorted(set(group) ^ set(ours)) if _counts(key, {**group, **ours}[key])]
        if other:
            yield f'{here} is of another kind than {kind}: not in both: {", ".join(other)}'
        yield from _value_faults(ours, group, here, but={'params'})
        if group.get('decoupled_weight_decay', False) != ours.get('decoupled_weight_decay', False) and (
            {'decoupled_weight_decay'} <= group.keys() & ours.keys()
        ):
            yield f'{here} is of another kind than {kind}: decoupled_weight_decay={group["decoupled_weight_decay"]}'
    if len(groups) != len(own):
        yield f'{place} has {len(groups)} groups of parameters instead of {len(own)}'
    yield from _parameter_faults(groups, own, state.get('state'), place)


def _parameter_faults(groups: list[dict], own: list[dict], state: Any, place: str) -> Iterator[str]:
    """Faults of the numbers by which a file names parameters, and of what it holds of each."""
    parameters: dict[int, torch.Tensor] = {}
    for number, (group, ours) in enumerate(zip(groups, own, strict=True)):
        numbers = group.get('params')
        if not isinstance(numbers, list) or len(numbers) != len(ours['params']):
            size = len(numbers) if isinstance(numbers, list) else 'no'
            yield f'{place}.param_groups[{number}] has {size} parameters instead of {len(ours["params"])}'
            return
        if not all(type(index) is int and index not in parameters for index in numbers) or len(set(numbers)) < len(
            numbers
        ):
            yield f'{place}.param_groups[{number}].params are not whole numbers, each once'
        parameters.update(zip(numbers, ours['params']))
    if not isinstance(state, dict) or not state.keys() <= parameters.keys():
        yield f'{place}.state is not that of the parameters in param_groups'
    names: set | None = None
    for index, values in state.items():
        here, shape = f'{place}.state[{index}]', parameters[index].shape
        if not isinstance(values, dict):
            yield f'{here} is {_named(values)} instead of a dict'
        if names is not None and set(values) != names:
            yield f'{here} holds other quantities than that of the parameter before'
        names = set(values)
        for name, value in values.items():
            if isinstance(value, torch.Tensor):
                if value.numel() > 1 and value.shape != shape or name != 'step' and value.ndim < len(shape):
                    yield f'{here}[{name!r}] is {list(value.shape)} instead of {list(shape)}'
            elif value is not None and not isinstance(value, Real):
                yield f'{here}[{name!r}] is {_named(value)} instead of a tensor'


def _scheduler_faults(schedulers: Any, state: Any, place: str) -> Iterator[str]:
    if isinstance(schedulers, dict):
        if not isinstance(state, dict) or state.keys() != schedulers.keys():
            yield f'{place} are not those of {", ".join(schedulers)}'
        for name, each in schedulers.items():
            yield from _scheduler_faults(each, state[name], f'{place}.{name}')
        return
    if not isinstance(state, list) or len(state) != len(schedulers):
        number = len(state) if isinstance(state, list) else 'no'
        yield f'it has {number} {place} instead of {len(schedulers)}'
    for number, (scheduler, values) in enumerate(zip(schedulers, state, strict=True)):
        here, ours = f'{place}[{number}]', scheduler.state_dict()
        if not isinstance(values, dict):
            yield f'{here} is {_named(values)} instead of a dict'
        if other := sorted(map(str, set(values) ^ set(ours))):  # mmengine would set whatever it is given
            yield f'{here} is of another kind than {type(scheduler).__name__}: {", ".join(other)} not in both'
        yield from _value_faults(ours, values, here)


def _value_faults(ours: Mapping, theirs: Mapping, place: str, but: Sequence | set = ()) -> Iterator[str]:
    """Settings that are of another kind than this training's."""
    for key in ours.keys() & theirs.keys() - set(but):
        if not _alike(ours[key], theirs[key]):
            yield f'{place}.{key} is {_named(theirs[key])} instead of {_named(ours[key])}'


def _alike(ours: Any, theirs: Any) -> bool:
    if ours is None or theirs is None:
        return True
    if isinstance(ours, (list, tuple)):
        return isinstance(theirs, (list, tuple)) and len(ours) == len(theirs) and all(map(_alike, ours, theirs))
    kinds: Any = (Real, torch.Tensor), str, Mapping
    return isinstance(theirs, next((kind for kind in kinds if isinstance(ours, kind)), type(ours)))


def _counts(key: Any, value: Any) -> bool:
    """Whether a setting that one of two optimizers lacks makes them different ones."""
    return key not in _SPEED and not str(key).startswith('initial_') and value is not None and value is not False


def _named(value: Any) -> str:
    return f'{type(value).__name__} {value!r:.40}' if isinstance(value, (str, Real)) else f'a {type(value).__name__}'
