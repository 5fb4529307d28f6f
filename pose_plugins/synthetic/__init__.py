"""Articulated synthetic people, so that everything runs with no download."""

from .generate import WRITERS, generate

FORMATS = tuple(WRITERS)

__all__ = ['FORMATS', 'generate']
