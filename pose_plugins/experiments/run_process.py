"""The processes of a training, which end with the command that started them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ..utils.processes import free_port

# keeps memory that is freed for the next tensor of that size: a small network trains about a fifth faster on a CPU
MALLOC = dict(MALLOC_MMAP_THRESHOLD_=str(1 << 32), MALLOC_TRIM_THRESHOLD_=str(1 << 33))


def run_training(
    command: Sequence[str], folder: Path, log_file: Path, told_file: Path, look: Callable[[], None]
) -> int:
    """Run a training's command until it ends; it ends with this one.

    Args:
        command: With the config.
        folder: Where it trains; a training that has begun there goes on.
        log_file: To which its output is added.
        told_file: Where it tells the line that it ended with, if it fails.
        look: Called about once a second.

    Returns:
        How it ended, as ``subprocess`` tells it.
    """
    path = os.pathsep.join(filter(None, sys.path))  # the config may import what lies beside the caller's script
    with log_file.open('a') as output:
        process = subprocess.Popen(
            [*command, '--work-dir', str(folder), '--resume'],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={
                **os.environ,
                **MALLOC,
                'PYTHONPATH': path,
                'TORCHELASTIC_ERROR_FILE': str(told_file),
                'PORT': str(free_port()),
            },
            start_new_session=True,
        )
        try:
            while process.poll() is None:
                time.sleep(1)
                look()
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait()
    return process.returncode


def handed_over(path: Path) -> str | None:
    """The line that a process wrote for this one (see ``one_line_errors``), or torch for it; None if there is none."""
    try:
        message = json.loads(path.read_bytes())['message']
        message = message['message'] if isinstance(message, dict) else message
        return ' '.join(str(message).split())
    except (OSError, ValueError, LookupError, TypeError):
        return None
