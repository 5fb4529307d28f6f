"""Transforms that MMPose lacks."""

from .bbox_jitter import BBoxJitter

__all__ = ['BBoxJitter']
