"""Articulated synthetic people, so that everything runs with no download."""
from .generate import generate

__all__ = ['generate']
