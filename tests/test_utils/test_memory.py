"""Memory that a process keeps."""

import os
import platform
import subprocess
import sys

import pytest

from pose_plugins.utils import memory

COUNT = """
import resource
import runpy
import sys
import numpy as np
functions = runpy.run_path(sys.argv[1])
done = functions['keep_freed_memory']()
faults = []
for number in range(9):
    if number == 6:
        functions['keep_usual_memory']()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    tensors = [np.ones(13 << 18) for _ in range(4)]  # of 26 MB, which older ones keep too; together more than is usual
    del tensors
    faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
print(done, *faults)
"""


@pytest.mark.parametrize(
    ('refused', 'asked', 'done'),
    [
        ((), [(-3, 1 << 28), (-1, 1 << 30)], True),
        ((1 << 28,), [(-3, 1 << 28), (-3, 1 << 25), (-1, 1 << 30)], True),
        ((1 << 28, 1 << 25), [(-3, 1 << 28), (-3, 1 << 25)], False),
    ],
)
def test_what_an_older_glibc_refuses(monkeypatch, refused, asked, done):
    """More than 32 MB for a tensor; then the other threshold must not be set alone, which would end all keeping."""
    calls = []

    class Library:
        @staticmethod
        def mallopt(name, value):
            calls.append((name, value))
            return int(value not in refused)

    for name in [name for name in os.environ if name.startswith(('MALLOC_', 'GLIBC_'))]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(memory.ctypes, 'CDLL', lambda name: Library)
    assert memory.keep_freed_memory() is done and calls == asked


@pytest.mark.skipif(platform.libc_ver()[0] != 'glibc', reason='is for glibc')
@pytest.mark.parametrize('chosen', [{}, {'MALLOC_ARENA_MAX': '2'}, {'GLIBC_TUNABLES': 'glibc.malloc.arena_max=2'}])
def test_large_tensors_are_not_asked_for_anew(chosen):
    """Pages that the process gets, and those of the first round kept, unless the user set something himself."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(('MALLOC_', 'GLIBC_'))}
    told = subprocess.run(
        [sys.executable, '-c', COUNT, memory.__file__],
        env={**environment, **chosen, 'NUMPY_MADVISE_HUGEPAGE': '0'},  # huge pages are few
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert told[0] == str(not chosen)
    first, *later = (int(count) for count in told[1:])
    assert first > 15 and (max(later[:5]) < first / 10) == (not chosen)
    assert min(later[6:]) > first / 10
