"""Measures how long a training takes to begin."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mmengine.config import Config

from ..training.checks import check_config
from ..utils.errors import InputError
from .timing import Timing


def measure_start(cfg: Config, repeats: int) -> list[Timing]:
    """Measure the way from a training's command to the end of its first step, in processes of their own.

    Args:
        cfg: The training's config, whose data must be there.
        repeats: How often; the first time warms up and is not counted.

    Returns:
        A row of all and rows of the parts, medians.

    Raises:
        InputError: If the training cannot begin.
    """
    check_config(cfg, ('train', 'val'))
    times: dict[str, list[float]] = {}
    for repeat in range(repeats + 1):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, '-m', 'pose_plugins.experiments.start_process', str(time.time())]
            ended = subprocess.run([*command, str(cfg.filename), folder], capture_output=True, text=True)
            told = Path(folder, 'start.json')
            if not told.exists():
                reason = (ended.stderr.strip() or 'no word of why').splitlines()[-1]
                raise InputError(f'{cfg.filename}: no training begins: {reason}')
            took = json.loads(told.read_text())
        for name, seconds in {'start of a training': sum(took.values()), **took}.items() if repeat else ():
            times.setdefault(name, []).append(seconds)
    rows = [(name, 1000 * statistics.median(seconds)) for name, seconds in times.items()]
    return [Timing(f'- {name}' if number else name, '', median) for number, (name, median) in enumerate(rows)]
