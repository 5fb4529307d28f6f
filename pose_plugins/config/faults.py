"""Tells in one line why mmengine cannot read a config: file, line, key, and what would be right."""

import re
import traceback
from collections.abc import Iterable
from pathlib import Path
from types import FrameType
from typing import Any

from ..utils.errors import InputError, similar

# of mmengine's that read a file, whose variables tell which one
READERS = '_file2dict', '_parse_lazy_import'


def fault(error: Exception, path: Path) -> str | None:
    """Say what is wrong with a config, by the variables of mmengine's functions that its error passed.

    Args:
        error: What ``Config.fromfile`` raised.
        path: The config.

    Returns:
        The end of a line that names the config; None if the error is a bug of this package.
    """
    passed = list(traceback.walk_tb(error.__traceback__))[1:]
    if not isinstance(error, InputError) and any(_module(frame).startswith('pose_plugins') for frame, _ in passed):
        return None
    frames = dict.fromkeys(frame for frame, _ in passed)  # mmengine raises again what it caught
    readers = [frame for frame in frames if _module(frame) == 'mmengine.config.config' and _name(frame) in READERS]
    files = [Path(frame.f_locals['filename']).resolve() for frame in readers] or [path.resolve()]
    if isinstance(error, RecursionError) and len(set(files)) < len(files):
        repeated = next(i for i, file in enumerate(files) if file in files[:i])
        circle = files[files.index(files[repeated]) : repeated + 1]
        return f'its bases turn in a circle: {" -> ".join(map(str, circle))}'
    missing = isinstance(error, FileNotFoundError) and len(files) > 1 and not files[-1].is_file()
    at_fault = files[-2] if missing else files[-1]
    place = '' if at_fault == path.resolve() else f'in its base {at_fault}: '
    return place + (
        _base_fault(error, readers, files[-1] if missing else None)
        or _import_fault(error)
        or _merge_fault(error, passed)
        or _content_fault(error, at_fault)
        or _line(error, passed, at_fault) + told(error) + _nearest(error, passed)
    )


def told(error: BaseException) -> str:
    """An error's kind and message in one line."""
    if isinstance(error, InputError):
        return str(error)
    if isinstance(error, SyntaxError):  # mmengine's own message names a copy of the file
        source = error if error.lineno is not None else error.__context__
        return f'SyntaxError: {getattr(source, "msg", error)}'
    message = error.args[0] if isinstance(error, KeyError) and error.args else error
    return ': '.join(filter(None, [type(error).__name__, ' '.join(str(message).split())]))


def _base_fault(error: Exception, readers: list[FrameType], missing: Path | None) -> str | None:
    """Which base there is not, or cannot stand beside another one."""
    if missing:
        names = [path.name for path in missing.parent.glob(f'*{missing.suffix}')]
        return f'its _base_ {missing}: no such file{similar(missing.name, names)}'
    variables = readers[-1].f_locals if readers else {}
    if variables.get('duplicate_keys'):
        return f'two of its bases set {", ".join(sorted(variables["duplicate_keys"]))}, which only one may'
    base = variables.get('base_cfg_path', '')
    if not isinstance(base, str):
        return f'its _base_ {base!r}: must be the path of a file, or a list of such'
    # within another package, where mmengine looks for it before it reads it
    return f'its _base_ {base}: cannot be found: {told(error)}' if '::' in base else None


def _import_fault(error: BaseException) -> str | None:
    """Which module of ``custom_imports`` cannot be imported, why, and where."""
    module, where, inner = None, '', error
    while True:
        for frame, line in traceback.walk_tb(inner.__traceback__):
            if _name(frame) == 'import_modules_from_strings':
                module = frame.f_locals.get('imp')
            elif module and 'importlib' not in frame.f_code.co_filename:
                where = f' ({frame.f_code.co_filename}, line {line})'
        # mmengine wraps it twice, and keeps what went wrong to itself
        wrapped = inner.__cause__ or inner.__context__ if str(inner).startswith('Failed to import') else None
        if wrapped is None:
            break
        inner = wrapped
    if module is None:
        return None
    if isinstance(inner, SyntaxError):
        where = f' ({inner.filename}, line {inner.lineno})'
    absent = isinstance(inner, ModuleNotFoundError) and f'{module}.'.startswith(f'{inner.name}.')
    hint = '; put the folder that it lies in into PYTHONPATH' if absent else ''
    return f'custom_imports: {module} cannot be imported: {told(inner)}{where}{hint}'


def _merge_fault(error: Exception, passed: list[tuple[FrameType, int]]) -> str | None:
    """Which dict stands where the base has none."""
    keys = [str(frame.f_locals['k']) for frame, _ in passed if _name(frame) == '_merge_a_into_b']
    if not keys or not isinstance(error, TypeError):
        return None
    return f'{".".join(keys)} is a dict here and none in the base: give it as the base does, or with _delete_=True'


def _content_fault(error: Exception, file: Path) -> str | None:
    """Whether a file holds something else than a config."""
    if isinstance(error, UnicodeDecodeError):
        return 'UnicodeDecodeError: it is not text'
    if file.suffix != '.py' and isinstance(error, (AttributeError, TypeError)):
        return 'it holds no dict of settings'
    return None


def _line(error: Exception, passed: Iterable[tuple[FrameType, int]], file: Path) -> str:
    """The line of a config's file at which its code fails."""
    lines = [line for frame, line in passed if Path(frame.f_code.co_filename).resolve() == file]
    if isinstance(error, SyntaxError):
        source = error if error.lineno is not None else error.__context__
        lines = [number] if (number := getattr(source, 'lineno', None)) else []
    return f'line {lines[-1]}: ' if lines else ''


def _nearest(error: Exception, passed: list[tuple[FrameType, int]]) -> str:
    """Names that look like one that there is not, in the code of a config."""
    scope: dict[str, Any] = passed[-1][0].f_globals if passed else {}
    if isinstance(error, NameError) and error.name:
        return similar(error.name, (name for name in scope if not name.startswith('__')))
    missing = re.search(r"has no attribute '(\w+)'", str(error))
    base = next((frame.f_globals.get('_base_') for frame, _ in passed if '_base_' in frame.f_globals), None)
    return similar(missing[1], base) if missing and base else ''


def _module(frame: FrameType) -> str:
    return frame.f_globals.get('__name__') or ''


def _name(frame: FrameType) -> str:
    return frame.f_code.co_name
