"""Networks: backbones, heads and losses in MMPose's registry, and the layers below them."""

from . import backbones, heads, layers, losses

__all__ = ['backbones', 'heads', 'layers', 'losses']
