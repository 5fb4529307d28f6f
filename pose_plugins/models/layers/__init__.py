"""Layers in plain PyTorch that the heads are made of."""

from .encoder import Encoder
from .position import LearnablePosition, sine_position
from .recording import Inspectable, record_attention
from .self_attention import SelfAttention

__all__ = ['Encoder', 'Inspectable', 'LearnablePosition', 'SelfAttention', 'record_attention', 'sine_position']
