"""Articulated synthetic people, so that everything runs with no download."""

from .formats import WRITERS
from .generate import generate

FORMATS = tuple(WRITERS)

__all__ = ['FORMATS', 'generate']
