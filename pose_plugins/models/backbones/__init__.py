"""Backbones that MMPose lacks."""

from .fast_pose import FastPose, FastPoseDUC
from .hrnet_s import HRNetS
from .mobilenet_v2_s import MobileNetV2S

__all__ = ['FastPose', 'FastPoseDUC', 'HRNetS', 'MobileNetV2S']
