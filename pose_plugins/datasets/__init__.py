"""Data that MMPose lacks."""

from . import transforms
from .exact_multi_source_sampler import ExactMultiSourceSampler
from .halpe_keypoints import halpe_mapping

__all__ = ['ExactMultiSourceSampler', 'halpe_mapping', 'transforms']
