"""Backbones that MMPose lacks."""

from .fast_pose import FastPose, FastPoseDUC
from .hrnet_s import HRNetS

__all__ = ['FastPose', 'FastPoseDUC', 'HRNetS']
