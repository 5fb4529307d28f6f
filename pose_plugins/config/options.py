"""Refuses settings of the command line that would change nothing, or that a config has no place for."""

import argparse
import inspect
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config, DictAction
from mmengine.runner import Runner

from ..utils.errors import InputError, similar

# all that mmengine's runner and MMPose's tools read of a merged config; other names serve its files only
READ = {
    *inspect.signature(Runner).parameters,
    'activation_checkpointing',
    'backend_args',
    'compile',
    'custom_imports',
    'efficient_conv_bn_eval',
    'find_unused_parameters',
    'model_wrapper_cfg',
    'preprocess_cfg',
    'sync_bn',
} - {'cfg'}
SHOWN = 4  # places named in a message


class OptionsAction(DictAction):
    """mmengine's ``DictAction`` for ``--cfg-options KEY=VALUE ...``, that tells in one line of what is none.

    Blanks in a text, such as a file's name, stay as they are.
    """

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: str | None = None) -> None:
        """As argparse calls it.

        Raises:
            InputError: If something is not KEY=VALUE, or brackets do not fit.
        """
        options = dict(getattr(namespace, self.dest, None) or {})
        for pair in values or ():
            key, equals, value = pair.partition('=')
            if not equals:
                raise InputError(f'{pair}: must be KEY=VALUE; a VALUE with blanks stands in quotation marks')
            try:
                several = any(mark in value for mark in ',()[]')
                options[key] = (
                    self._parse_iterable(value) if several else self._parse_int_float_bool(value.strip('\'"'))
                )
            except AssertionError:
                raise InputError(f'{pair}: has brackets that do not fit') from None
        setattr(namespace, self.dest, options)


def parse_options(pairs: Sequence[str]) -> dict[str, Any]:
    """KEY=VALUE ... to {key: value}, the values read as ``--cfg-options`` are.

    Raises:
        InputError: If one is not KEY=VALUE, or its brackets do not fit.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument('--set', nargs='*', action=OptionsAction, default={})
    return parser.parse_args(['--set', *pairs]).set


def check_options(cfg: Config, options: dict[str, Any], path: str | Path) -> None:
    """Refuse settings that a config has no place for or that would change nothing.

    A name at the top of a config that the runner does not read, such as ``data_root`` or ``train_pipeline``, gave its value
    to other places while the file was read; to set it afterwards would change nothing.

    Args:
        cfg: The config.
        options: Settings to be merged into it: dotted key -> value.
        path: Its file, for messages.

    Raises:
        InputError: Naming the setting, and the nearest name or the keys to set instead.
    """
    for key in options:
        top, *rest = key.split('.')
        place = f'{path}: --cfg-options {key}'
        if not all([top, *rest]):
            raise InputError(f'{place}: a name is missing')
        if top not in READ:
            _refuse_unread(cfg, top, rest, place)
        _check_place(cfg, [top, *rest], place)


def _refuse_unread(cfg: Config, top: str, rest: list[str], place: str) -> None:
    """Refuse a name at the top that nothing reads."""
    if top not in cfg:
        raise InputError(f'{place}: there is no {top}{similar(top, READ | set(cfg))}')
    value = cfg[top]
    same = [(name, where) for name, where, other in _values(cfg) if _plain(other) == _plain(value)]
    same = [(name, where) for name, where in same if name == top] or same
    if same:
        keys = ['.'.join([where, *rest]) for _, where in same]
        more = f' and {len(keys) - SHOWN} more' if len(keys) > SHOWN else ''
        raise InputError(
            f'{place}: would change nothing, as {top} was copied when the file was read; set {", ".join(keys[:SHOWN])}{more}'
        )
    # code of the user's may read it; a file without a model is no runner's
    imports = (cfg.get('custom_imports') or {}).get('imports') or []
    if 'model' in cfg and set([imports] if isinstance(imports, str) else imports) <= {'pose_plugins'}:
        raise InputError(f'{place}: would change nothing, as nothing reads {top} once the file is read')


def _check_place(cfg: Config, keys: list[str], place: str) -> None:
    """Refuse a key below something that has no keys, or beyond the end of a list."""
    node: Any = cfg
    for depth, key in enumerate(keys):
        above = '.'.join(keys[:depth])
        if isinstance(node, (dict, Config)):
            if key not in node:
                return
            node = node[key]
        elif isinstance(node, (list, tuple)):
            if not key.isdigit() or int(key) >= len(node):
                entries = f'0 to {len(node) - 1}' if node else 'none'
                raise InputError(f'{place}: {above} is a list, its entries are {entries}')
            if isinstance(node, tuple):
                raise InputError(f'{place}: {above} is a tuple: give all of it, {above}="{node}"')
            node = node[int(key)]
        else:
            raise InputError(f'{place}: {above} is {node!r}, which has no {key}: give {above} as a whole')


def _values(cfg: Config) -> Iterator[tuple[str, str, Any]]:
    """Name, place and value of everything that is read of a config."""
    waiting = [(name, name, cfg[name]) for name in cfg if name in READ]
    for name, place, value in waiting:  # grows
        yield name, place, value
        if isinstance(value, dict):
            waiting += [(str(key), f'{place}.{key}', inner) for key, inner in value.items()]
        elif isinstance(value, (list, tuple)):
            waiting += [(name, f'{place}.{index}', inner) for index, inner in enumerate(value)]


def _plain(value: Any) -> Any:
    """Without the scope that mmengine notes in what is inherited."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if key != '_scope_'}
    return [_plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value
