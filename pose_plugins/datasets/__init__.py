"""Data that MMPose lacks."""

from . import transforms

__all__ = ['transforms']
