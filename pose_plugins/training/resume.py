"""Finds the checkpoint from which a training goes on."""

import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path

from mmengine.dist import broadcast_object_list
from mmengine.logging import print_log
from mmengine.runner import Runner

from ..checkpoints import read_checkpoint
from ..utils.errors import InputError

NAMES = r'epoch_(\d+)\.pth', r'iter_(\d+)\.pth'  # of mmengine's checkpoints, unless a config says otherwise


def latest_checkpoint(folder: str | Path) -> str | None:
    """The last whole checkpoint of a training.

    ``last_checkpoint`` in its work directory says which it is; where that is missing, or older than a checkpoint of the same
    kind, the numbers in the files' names do. Damaged ones are passed over, with a warning.

    Args:
        folder: Its work directory, which may have been moved since.

    Returns:
        The file; None if there is none.

    Raises:
        InputError: If there are some and all are damaged.
    """
    noted = _noted(Path(folder))
    if noted is not None and noted.is_dir():  # of DeepSpeed
        return str(noted)
    damaged = []
    for path in _candidates(Path(folder)):
        try:
            read_checkpoint(path)
        except InputError as error:
            damaged.append(str(error))
            continue
        if damaged and _main_process():
            print_log(f'{"; ".join(damaged)}: {path} is taken instead', logger='current', level=logging.WARNING)
        return str(path)
    if damaged:
        raise InputError(f'{"; ".join(damaged)}; there is no other to go on from')
    return None


def agree_on_checkpoint(runner: Runner) -> None:
    """Let all processes of a training start from what the first one found, should a file system be slower for another."""
    start = [runner._resume, runner._load_from]
    broadcast_object_list(start)
    runner._resume, runner._load_from = start


def _candidates(folder: Path) -> Iterator[Path]:
    """Checkpoints of a work directory, the best to go on from first."""
    noted = _noted(folder)
    matches = (re.fullmatch(name, noted.name) for name in (*NAMES, _pattern(noted.name))) if noted else ()
    match = next(filter(None, matches), None)
    if noted is None or match is None:
        if noted is not None and noted.is_file():
            yield noted
        by_name = [_numbered(folder, name) for name in NAMES]
        kinds = [[of[number] for number in sorted(of, reverse=True)] for of in by_name if of]
        for kind in sorted(kinds, key=lambda paths: _written(paths[0]), reverse=True):
            yield from kind
        return
    others, number = _numbered(noted.parent, match.re.pattern), int(match[1])
    newer = [n for n in others if n > number and _written(others[n]) >= _written(noted)]
    older = [n for n in others if n <= number]
    # those with higher numbers that are not newer are of an earlier training, and better than none
    left = [] if noted.is_file() or older else [n for n in others if n not in newer]
    for numbers in (newer, older, left):
        yield from (others[n] for n in sorted(numbers, reverse=True))


def _noted(folder: Path) -> Path | None:
    """The file that ``last_checkpoint`` names, in the folder itself if it is there."""
    try:
        text = (folder / 'last_checkpoint').read_text(encoding='utf-8').strip()
        if not text:
            return None
        here = folder / Path(text).name
        return here if here.exists() or not Path(text).exists() else Path(text)
    except (OSError, ValueError):  # none, or no text
        return None


def _numbered(folder: Path, name: str) -> dict[int, Path]:
    """Files of a folder by the number in their names."""
    found = ((re.fullmatch(name, path.name), path) for path in folder.glob('*') if path.is_file())
    return {int(match[1]): path for match, path in found if match}


def _pattern(name: str) -> str:
    """The pattern of a checkpoint's name: any number in place of its last one."""
    parts = re.fullmatch(r'(.*?)(\d+)(\D*)', name)
    if parts is None or name.startswith('best_'):
        return '(?!)'  # none
    return f'{re.escape(parts[1])}(\\d+){re.escape(parts[3])}'


def _written(path: Path) -> int:
    return path.stat().st_mtime_ns if path.is_file() else 0


def _main_process() -> bool:
    """Whether this is the first process, before they know each other."""
    return int(os.environ.get('RANK', os.environ.get('SLURM_PROCID', 0))) == 0
