"""Bad input, told in one line."""

import sys
from contextlib import contextmanager


class InputError(ValueError):
    """Something the user gave is wrong. The message is one line: what is wrong, where, and what would be right."""


@contextmanager
def one_line_errors():
    """In a command-line tool: end with exit code 1 and the message of an ``InputError``, without a traceback."""
    try:
        yield
    except InputError as error:
        sys.exit(f'error: {error}')
