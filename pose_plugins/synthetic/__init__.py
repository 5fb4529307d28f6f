"""Articulated synthetic people, so that everything runs with no download."""

from .difficulty import DIFFICULTIES
from .generate import WRITERS, generate

FORMATS = tuple(WRITERS)

__all__ = ['DIFFICULTIES', 'FORMATS', 'generate']
