"""Tells of failures that users can mend in one line: what cannot be built, written, or held in memory."""

import errno
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from mmengine.config import Config

from ..utils.errors import InputError

PACKAGE = Path(__file__).resolve().parent.parent
# a file or folder that is not as it must be, of which the system says the rest
FILES = {
    errno.EACCES,
    errno.EDQUOT,
    errno.EEXIST,
    errno.EFBIG,
    errno.EISDIR,
    errno.ELOOP,
    errno.EMFILE,
    errno.ENAMETOOLONG,
    errno.ENFILE,
    errno.ENOSPC,
    errno.ENOTDIR,
    errno.EPERM,
    errno.EROFS,
}
# the runner's functions that build something of a config without a registry, and its key
RUNNER = {
    'build_dataloader': 'the data loader',
    'build_log_processor': 'log_processor',
    'build_logger': 'log_level',
    'build_optim_wrapper': 'optim_wrapper',
    'build_test_loop': 'test_cfg',
    'build_train_loop': 'train_cfg',
    'build_val_loop': 'val_cfg',
    'scale_lr': 'auto_scale_lr',
    'set_randomness': 'randomness',
    'setup_env': 'env_cfg',
    'wrap_model': 'model_wrapper_cfg',
}
# as torch.save says that it could not write
UNWRITTEN = re.compile(
    r'PytorchStreamWriter failed|unexpected pos \d+|Parent directory .+ does not exist|cannot be opened'
)
MEMORY = re.compile(r'DefaultCPUAllocator|[Nn]ot enough memory|[Cc]annot allocate memory|CUBLAS_STATUS_ALLOC_FAILED')
WORKER = re.compile(r'DataLoader worker \(pid.*?\) (exited unexpectedly|is killed by signal: [^.]*)')


@contextmanager
def failures_explained(cfg: Config | None = None) -> Iterator[None]:
    """Say in one line what a user can mend; a bug of this package keeps its traceback.

    Args:
        cfg: That of the runner, by which the key of what cannot be built is found.

    Raises:
        InputError: Instead of an error while a registry builds what is not this package's, of a file that cannot be written,
            of memory that does not suffice, and of a data loader's process that was ended.
    """
    try:
        yield
    except InputError:
        raise
    except Exception as error:  # raised as it is, unless it is one of these
        line = _unwritten(error) or _memory(error, cfg) or _worker(error) or _unbuilt(error, cfg)
        if line is None:
            raise
        raise InputError(line) from error


def _unwritten(error: Exception) -> str | None:
    """Which file or folder cannot be used."""
    if isinstance(error, OSError) and error.errno in FILES:
        path = error.filename or _path_in(error)
        hint = '; fewer num_workers need fewer of them' if error.errno in (errno.EMFILE, errno.ENFILE) else ''
        return f'{_before(path)}cannot be used: {error.strerror}{hint}'
    if isinstance(error, RuntimeError) and UNWRITTEN.search(str(error)):
        path = _path_in(error)
        return f'{_before(path)}cannot be written, is the disk full? {_one_line(error)}'
    return None


def _before(place: object) -> str:
    """A place before what is said of it, if it is known."""
    return f'{place}: ' if place else ''


def _path_in(error: Exception) -> str | None:
    """The file that was written, of which neither a full disk nor torch's writer tells."""
    for frame, _ in reversed(list(traceback.walk_tb(error.__traceback__))):
        for name in ('filepath', 'filename', 'file', 'path', 'f'):
            value = frame.f_locals.get(name)
            if isinstance(value, (str, Path)):
                return str(value)
    return None


def _memory(error: Exception, cfg: Config | None) -> str | None:
    """That memory does not suffice, and what to lower."""
    short = isinstance(error, (MemoryError, torch.cuda.OutOfMemoryError))
    if not short and not (isinstance(error, RuntimeError) and MEMORY.search(str(error))):
        return None
    sizes = [
        f'{name}.batch_size={cfg[name].batch_size}'
        for name in ('train_dataloader', 'val_dataloader', 'test_dataloader')
        if cfg is not None and isinstance(cfg.get(name), dict) and cfg[name].get('batch_size')
    ]
    listed = ', '.join(sizes)
    return f'memory does not suffice, lower batch_size{f" ({listed})" if sizes else ""}: {_one_line(error)}'


def _worker(error: Exception) -> str | None:
    """That the system ended a data loader's process."""
    said = WORKER.search(str(error)) if isinstance(error, RuntimeError) else None
    if not said:
        return None
    return (
        f"a data loader's process {said[1].strip()}, most often because memory, or shared memory (/dev/shm), does not "
        'suffice: lower num_workers or batch_size'
    )


def _unbuilt(error: Exception, cfg: Config | None) -> str | None:
    """Which part of a config cannot be built, and why; None if it is, or calls, this package's."""
    frames = list(traceback.walk_tb(error.__traceback__))
    builds = [i for i, (frame, _) in enumerate(frames) if _is_builder(frame)]
    if not builds:
        return None
    build, inner = frames[builds[-1]][0], frames[builds[-1] + 1 :]
    if any(PACKAGE in Path(frame.f_code.co_filename).resolve().parents for frame, _ in inner):
        return None
    file = _before(cfg.filename if cfg is not None else None)
    if build.f_code.co_name in RUNNER:
        return f'{file}{RUNNER[build.f_code.co_name]}: cannot be used: {_one_line(error)}'
    settings = build.f_locals.get('cfg')
    name = settings.get('type') if isinstance(settings, dict) else None
    name = getattr(name, '__name__', name)
    place = _place(settings, cfg)
    if build.f_locals.get('obj_cls', build.f_locals.get('scheduler_cls')) is None:
        return f'{file}{place or name}: {_one_line(error)}'
    where = f' ({inner[-1][0].f_code.co_filename}, line {inner[-1][1]})' if inner else ''  # it may be the user's class
    return f'{file}{_before(place)}{name} cannot be built: {_one_line(error)}{where}'


def _is_builder(frame: FrameType) -> bool:
    """Whether it is a registry's function, or one of the runner's, that builds a part of the config."""
    function, module = frame.f_code.co_name, frame.f_globals.get('__name__')
    registry = (
        function in ('build_from_cfg', 'build_scheduler_from_cfg') and module == 'mmengine.registry.build_functions'
    )
    return registry or function in RUNNER and module == 'mmengine.runner.runner'


def _place(settings: Any, cfg: Config | None) -> str | None:
    """The key of a config's dict that was built: the one that is like it, or the only one of its type."""
    if cfg is None or not isinstance(settings, dict):
        return None
    waiting: list[tuple[str, Any]] = [(name, cfg[name]) for name in cfg]
    typed = []
    for place, value in waiting:  # grows
        if isinstance(value, dict):
            if value == settings:
                return place
            if value.get('type') == settings.get('type'):
                typed.append(place)
            waiting += [(f'{place}.{key}', inner) for key, inner in value.items()]
        elif isinstance(value, (list, tuple)):
            waiting += [(f'{place}.{index}', inner) for index, inner in enumerate(value)]
    return typed[0] if len(typed) == 1 else None


def _one_line(error: Exception) -> str:
    """Kind and message of an error, without what a data loader's process or a C++ stack adds."""
    message = error.args[0] if isinstance(error, KeyError) and error.args else str(error)
    lines = str(message).strip().splitlines()
    shown = lines[-1] if lines and lines[0].startswith('Caught ') else ' '.join(lines[:3])
    return ': '.join(filter(None, [type(error).__name__, shown]))
