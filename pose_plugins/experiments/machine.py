"""Names the machine that figures of speed belong to, and how busy it is."""

import os
import platform

import torch

from ..utils.processor import processor_name


def this_machine() -> str:
    """Processor or GPU, cores, threads that PyTorch uses, and versions, in one line."""
    gpu = f'{torch.cuda.get_device_name()}, ' if torch.cuda.is_available() else ''
    return (
        f'{gpu}{processor_name()}, {os.cpu_count()} cores, {torch.get_num_threads()} threads, {platform.machine()}, '
        f'Python {platform.python_version()}, torch {torch.__version__}'
    )


def load() -> str:
    """How many processes wanted a core in the last minute, the mean, in words."""
    try:
        return f'load {os.getloadavg()[0]:.1f}'
    except OSError:  # systems that do not tell
        return 'load not known'
