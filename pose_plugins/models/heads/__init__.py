"""One head a method."""

from .transpose_head import TransPoseHead

__all__ = ['TransPoseHead']
