"""Writes MMPose's description of a data set's keypoints from its annotations."""

from .describe import Described, describe_keypoints
from .layout import description_text

__all__ = ['Described', 'describe_keypoints', 'description_text']
