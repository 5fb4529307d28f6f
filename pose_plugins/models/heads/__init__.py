"""One head a method."""

from .poseur_head import PoseurHead
from .sikr_head import SIKRHead
from .transpose_head import TransPoseHead

__all__ = ['PoseurHead', 'SIKRHead', 'TransPoseHead']
