"""Codecs that MMPose lacks: between pixels of the input and what a head predicts."""

from .sikr_label import SIKRLabel

__all__ = ['SIKRLabel']
