"""Processes that end with the one that started them, and where several of them meet."""

import multiprocessing
import os
import signal
import socket
import sys
import threading


def end_with_parent() -> None:
    """In a process that another one started: end as soon as the other one is gone.

    However the parent ends, by a signal, a crash or a closed terminal, the system closes what it holds: the other end of this
    process's standard input, or of what ``multiprocessing`` keeps open between the two. A process that was not made by
    ``multiprocessing`` must have been started with ``stdin=subprocess.PIPE`` and ``start_new_session=True``; with it end
    those that it started itself.
    """
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)
        while os.read(sys.stdin.fileno(), 1024):
            pass
        os.killpg(os.getpgrp(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def free_port() -> int:
    """A port of this machine that nobody listens at, for processes of one training to meet."""
    with socket.socket() as probe:
        probe.bind(('', 0))
        return probe.getsockname()[1]
