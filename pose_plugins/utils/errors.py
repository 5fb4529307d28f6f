"""Tells of bad input in one line."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches


class InputError(ValueError):
    """Something the user gave is wrong. The message is one line: what is wrong, where, and what would be right."""


class DivergedError(InputError):
    """Numbers are NaN, infinite or out of range: the training has diverged, or nothing was trained yet."""


@contextmanager
def one_line_errors() -> Iterator[None]:
    """In a command-line tool: end with exit code 1 and the message of an ``InputError``, without a traceback; with 130 and a
    line after Ctrl-C.

    A data loader's process hands its traceback on in the message; the last line of it is what was said there.
    """
    try:
        yield
    except InputError as error:
        message = str(error).strip().splitlines()[-1]
        sys.exit(f'error: {message.removeprefix(f"{InputError.__module__}.{InputError.__name__}: ")}')
    except KeyboardInterrupt:
        print('interrupted', file=sys.stderr)
        sys.exit(130)


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
