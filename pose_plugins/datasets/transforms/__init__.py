"""Transforms that MMPose lacks."""

from .bbox_jitter import BBoxJitter
from .halpe_converter import HalpeConverter
from .part_guided_proposal import PartGuidedProposal

__all__ = ['BBoxJitter', 'HalpeConverter', 'PartGuidedProposal']
