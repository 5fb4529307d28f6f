"""Shares trainings among commands that may run on several machines: who is at work on one, and whether still."""

import json
import os
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ..utils.files import told_when_unwritable

BEAT = 20.0  # seconds
SILENT = 9 * BEAT  # after which a worker counts as gone


class TakenError(Exception):
    """Another command is at work there; the message says which."""


@contextmanager
def at_work(folder: Path) -> Iterator[None]:
    """Do a work that others leave alone meanwhile.

    On one machine a lock of the system keeps others out, which a crash leaves open. As such locks may not reach other
    machines that share the folder, a file tells of the worker as well, and is touched again and again; when it is not for
    three minutes, the worker counts as gone.

    Args:
        folder: Of the work; it is there.

    Raises:
        TakenError: If somebody else is at work in it.
    """
    note = folder / '.worker.json'
    lock = FileLock(folder / '.worker.lock', timeout=0)
    with told_when_unwritable(folder):
        try:
            lock.acquire()
        except Timeout:
            raise TakenError(_named(_read(note))) from None
        try:
            _take(note)
        except BaseException:
            lock.release()
            raise
    stop = threading.Event()
    beating = threading.Thread(target=_beat, args=(note, stop), daemon=True)
    beating.start()
    try:
        yield
    finally:
        stop.set()
        beating.join()
        if (_read(note) or {}).get('machine') == _machine():  # not if it counted as gone and another machine took over
            note.unlink(missing_ok=True)
        lock.release()


def _take(note: Path) -> None:
    """Write down that this command works there, unless one of another machine does."""
    other = _read(note)
    if other is not None:
        if other.get('machine') != _machine() and _age(note) < SILENT:
            raise TakenError(_named(other))
        note.unlink(missing_ok=True)
    try:
        with note.open('x', encoding='utf-8') as file:
            json.dump(dict(host=socket.gethostname(), machine=_machine(), process=os.getpid()), file)
    except FileExistsError:  # a moment ago
        raise TakenError(_named(_read(note))) from None


def _read(note: Path) -> dict | None:
    """Who is at work; empty if that cannot be read, None if nobody is."""
    try:
        content = json.loads(note.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _named(worker: dict | None) -> str:
    return f'{(worker or {}).get("host", "another command")}, process {(worker or {}).get("process", "unknown")}'


def _machine() -> str:
    """Told apart from others of the same name, such as containers, and from itself before it was started again."""
    boot = Path('/proc/sys/kernel/random/boot_id')
    return f'{socket.gethostname()} {boot.read_text().strip() if boot.exists() else uuid.getnode()}'


def _age(note: Path) -> float:
    """Seconds since a file was touched, by the clock of whoever keeps the folder."""
    now = note.with_name(f'.clock-{uuid.uuid4().hex}')
    now.touch()
    try:
        return now.stat().st_mtime - note.stat().st_mtime
    except FileNotFoundError:  # the worker has just finished
        return SILENT
    finally:
        now.unlink()


def _beat(note: Path, stop: threading.Event) -> None:
    while not stop.wait(BEAT):
        try:
            os.utime(note)
        except OSError:  # a moment's trouble of the network; the next beat is soon
            continue
