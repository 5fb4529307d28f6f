"""Data that MMPose lacks."""

from . import transforms
from .exact_multi_source_sampler import ExactMultiSourceSampler
from .halpe_keypoints import halpe_mapping
from .lsp_dataset import LSPDataset

__all__ = ['ExactMultiSourceSampler', 'LSPDataset', 'halpe_mapping', 'transforms']
