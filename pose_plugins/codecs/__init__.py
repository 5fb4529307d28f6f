"""Codecs that MMPose lacks: between pixels of the input and what a head predicts."""

from .rle_laplace_label import RLELaplaceLabel
from .sigmoid_refinement_label import SigmoidRefinementLabel
from .sikr_label import SIKRLabel

__all__ = ['RLELaplaceLabel', 'SIKRLabel', 'SigmoidRefinementLabel']
