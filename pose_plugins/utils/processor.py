"""Names the processor."""

import platform
import re
from functools import cache
from pathlib import Path


@cache
def processor_name() -> str:
    """As it calls itself, such as 'AMD EPYC 9654 96-Core Processor'."""
    cpuinfo = Path('/proc/cpuinfo')
    named = re.search(r'model name\s*:\s*(.+)', cpuinfo.read_text()) if cpuinfo.exists() else None
    return named[1].strip() if named else platform.processor() or platform.machine()
