"""Codecs that MMPose lacks: between pixels of the input and what a head predicts."""

from .rle_laplace_label import RLELaplaceLabel
from .sikr_label import SIKRLabel

__all__ = ['RLELaplaceLabel', 'SIKRLabel']
