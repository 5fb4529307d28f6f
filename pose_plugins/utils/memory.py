"""Keeps memory that a network's tensors leave for those of its next batch."""

import ctypes
import os

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # glibc's names for what mallopt sets
LARGEST, MOST = 1 << 28, 1 << 30  # bytes: of a tensor that is kept, and free at the end of all before some go back
USUAL_LARGEST, USUAL_MOST = 1 << 25, 1 << 26  # the most that glibc by itself comes to keep


def keep_freed_memory() -> bool:
    """Let this process keep what it frees, but for tensors above 256 MB, instead of giving it back to the system at once.

    By default glibc gives a large tensor's memory back; the next batch gets it anew, page by page, each of which the system
    clears: a tenth to half of the time on CPUs. For processes that do one thing, as tools do. Whoever set ``MALLOC_...`` or
    ``GLIBC_TUNABLES`` has chosen already.

    Returns:
        Whether it was done; not with other libraries than glibc.
    """
    return _set_thresholds(LARGEST, MOST)


def keep_usual_memory() -> bool:
    """Let this process keep no more than it comes to keep without ``keep_freed_memory``, which returns what this does."""
    return _set_thresholds(USUAL_LARGEST, USUAL_MOST)


def _set_thresholds(largest: int, most: int) -> bool:
    chosen = any(name.startswith('MALLOC_') or name == 'GLIBC_TUNABLES' for name in os.environ)
    mallopt = None if chosen or os.name != 'posix' else getattr(ctypes.CDLL(None), 'mallopt', None)
    if mallopt is None:
        return False
    # Older ones refuse more than the usual. The second alone would be worse than none: it ends the growing of the first.
    taken = mallopt(MMAP_THRESHOLD, largest) or mallopt(MMAP_THRESHOLD, USUAL_LARGEST)
    return bool(taken and mallopt(TRIM_THRESHOLD, most))
