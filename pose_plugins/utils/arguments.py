"""Checks of arguments that codecs, heads, layers and transforms share: each raises an InputError of one line."""

from collections.abc import Collection
from numbers import Real
from typing import Any

from .errors import InputError


def one_of(choices: Collection[Any], **arguments: Any) -> None:
    """Refuse an argument that is none of the choices.

    Args:
        choices: What it may be.
        **arguments: Name and value of each.
    """
    for name, value in arguments.items():
        if value not in choices:
            raise InputError(f'{name}={value!r}: choose from {", ".join(map(str, choices))}')


def at_least(least: float, **arguments: float) -> None:
    """Refuse numbers below ``least``, and NaN; ``arguments`` as in ``one_of``."""
    for name, value in arguments.items():
        if not _number(name, value) >= least:
            raise InputError(f'{name}={value}: must be at least {least}')


def at_most(most: float, **arguments: float) -> None:
    """Refuse numbers above ``most``, and NaN; ``arguments`` as in ``one_of``."""
    for name, value in arguments.items():
        if not _number(name, value) <= most:
            raise InputError(f'{name}={value}: must be at most {most}')


def positive(**arguments: float) -> None:
    """Refuse numbers that are not above 0; ``arguments`` as in ``one_of``."""
    for name, value in arguments.items():
        if not _number(name, value) > 0:
            raise InputError(f'{name}={value}: must be positive')


def fraction(**arguments: float) -> None:
    """Refuse numbers outside of [0, 1]; ``arguments`` as in ``one_of``."""
    for name, value in arguments.items():
        if not 0 <= _number(name, value) <= 1:
            raise InputError(f'{name}={value}: must lie in [0, 1]')


def dropout_share(**arguments: float) -> None:
    """Refuse numbers outside of [0, 1), of which dropout would leave nothing; ``arguments`` as in ``one_of``."""
    for name, value in arguments.items():
        if not 0 <= _number(name, value) < 1:
            raise InputError(f'{name}={value}: must lie in [0, 1)')


def multiple_of(divisor: int, reason: str, **arguments: int) -> None:
    """Refuse whole numbers that ``divisor`` does not divide.

    Args:
        divisor: At least 1.
        reason: What asks for it, such as ``'num_heads=8'``.
        **arguments: As in ``one_of``.
    """
    for name, value in arguments.items():
        if _number(name, value) < 1 or divisor < 1 or value % divisor:
            raise InputError(f'{name}={value}: must be a multiple of {divisor} ({reason})')


def _number(name: str, value: Any) -> Any:
    """A value, if it is a number: a config may give anything."""
    if not isinstance(value, Real):
        raise InputError(f'{name}={value!r}: must be a number')
    return value
