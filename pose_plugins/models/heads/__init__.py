"""One head a method."""

from .poseur_head import PoseurHead
from .sikr_head import SIKRHead
from .tfpose_head import TFPoseHead
from .transpose_head import TransPoseHead

__all__ = ['PoseurHead', 'SIKRHead', 'TFPoseHead', 'TransPoseHead']
