"""Backbones that MMPose lacks."""

from .fast_pose import FastPose
from .hrnet_s import HRNetS

__all__ = ['FastPose', 'HRNetS']
