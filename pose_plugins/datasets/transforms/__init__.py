"""Transforms that MMPose lacks."""

from .bbox_jitter import BBoxJitter
from .checked_load_image import CheckedLoadImage
from .halpe_converter import HalpeConverter
from .part_guided_proposal import PartGuidedProposal

__all__ = ['BBoxJitter', 'CheckedLoadImage', 'HalpeConverter', 'PartGuidedProposal']
