"""Tells of bad input in one line."""

import json
import os
import re
import select
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches


class InputError(ValueError):
    """Something the user gave is wrong. The message is one line: what is wrong, where, and what would be right."""


class NothingMeasuredError(InputError):
    """There is nobody whom a metric can measure. A few people may be so where all of them are not."""


class DivergedError(InputError):
    """Numbers are NaN, infinite or out of range: the training has diverged, or nothing was trained yet."""


@contextmanager
def one_line_errors() -> Iterator[None]:
    """In a command-line tool: end with exit code 1 and the message of an ``InputError``, without a traceback; with 130 and a
    line after Ctrl-C.

    Where nobody reads the output any more, as after ``| head``, it ends with 141 and without a word.

    A data loader's process hands its traceback on in the message; the last line of it is what was said there. Whoever started
    this process may have the line, too: it is written to the file that ``TORCHELASTIC_ERROR_FILE`` names, as torch's own
    ``record`` does it.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        if _read():
            raise
        sys.exit(141)  # 128 and SIGPIPE, as other commands do
    except SystemExit:
        _read()  # after --help | head, too
        raise
    except InputError as error:
        message = str(error).strip().splitlines()[-1]
        message = re.sub(rf'^{re.escape(__name__)}\.\w+: ', '', message)
        _hand_over(message)
        sys.exit(f'error: {message}')
    except KeyboardInterrupt:
        print('interrupted', file=sys.stderr)
        sys.exit(130)


def _read() -> bool:
    """Whether the output is still read; if not, what is left of it goes nowhere."""
    try:
        output = sys.stdout.fileno()
    except (OSError, AttributeError):  # there is none
        return True
    poll = select.poll()
    poll.register(output, 0)
    if not any(event & select.POLLERR for _, event in poll.poll(0)):
        return True
    os.dup2(os.open(os.devnull, os.O_WRONLY), output)
    return False


def _hand_over(message: str) -> None:
    """Write the line for the process that started this one, if it asked for it."""
    path = os.environ.get('TORCHELASTIC_ERROR_FILE')
    if not path:
        return
    try:
        with open(f'{path}.partial', 'w', encoding='utf-8') as file:
            json.dump(dict(message=message, timestamp=int(time.time())), file)
        os.replace(f'{path}.partial', path)
    except OSError:  # then it is on the screen only
        pass


def similar(name: str, names: Iterable[str]) -> str:
    """The end of a message about a name that there is not: which ones there are that look like it.

    Args:
        name: The wrong one.
        names: Those that there are.

    Returns:
        Nothing if none looks like it.
    """
    found = get_close_matches(name, names)
    return f'; similar ones: {", ".join(found)}' if found else ''
