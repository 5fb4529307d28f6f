"""Names the machine that figures of speed belong to, and how busy it is."""

import os
import platform
import re
from pathlib import Path

import torch


def this_machine() -> str:
    """Processor or GPU, cores, threads that PyTorch uses, and versions, in one line."""
    cpuinfo = Path('/proc/cpuinfo')
    named = re.search(r'model name\s*:\s*(.+)', cpuinfo.read_text()) if cpuinfo.exists() else None
    processor = named[1].strip() if named else platform.processor() or platform.machine()
    gpu = f'{torch.cuda.get_device_name()}, ' if torch.cuda.is_available() else ''
    return (
        f'{gpu}{processor}, {os.cpu_count()} cores, {torch.get_num_threads()} threads, {platform.machine()}, '
        f'Python {platform.python_version()}, torch {torch.__version__}'
    )


def load() -> str:
    """How many processes wanted a core in the last minute, the mean, in words."""
    try:
        return f'load {os.getloadavg()[0]:.1f}'
    except OSError:  # systems that do not tell
        return 'load not known'
