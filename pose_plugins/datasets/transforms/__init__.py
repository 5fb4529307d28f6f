"""Transforms that MMPose lacks."""

from .bbox_jitter import BBoxJitter
from .checked_load_image import CheckedLoadImage
from .clipped_bbox_transform import ClippedBBoxTransform
from .color_distortion import ColorDistortion
from .confident_keypoints import ConfidentKeypoints
from .ellipse_cutout import EllipseCutout
from .halpe_converter import HalpeConverter
from .part_guided_proposal import PartGuidedProposal
from .quick_flip import QuickFlip
from .whole_body_half_body import WholeBodyHalfBody

__all__ = [
    'BBoxJitter',
    'CheckedLoadImage',
    'ClippedBBoxTransform',
    'ColorDistortion',
    'ConfidentKeypoints',
    'EllipseCutout',
    'HalpeConverter',
    'PartGuidedProposal',
    'QuickFlip',
    'WholeBodyHalfBody',
]
