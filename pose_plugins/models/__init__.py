"""Networks: backbones and heads in MMPose's registry, and the layers below them."""

from . import backbones, heads, layers

__all__ = ['backbones', 'heads', 'layers']
