"""One head a method."""

from .sikr_head import SIKRHead
from .transpose_head import TransPoseHead

__all__ = ['SIKRHead', 'TransPoseHead']
