"""Layers in plain PyTorch that the heads are made of."""

from .chunked_attention import dropout_attention
from .dropout import Dropout
from .encoder import Encoder
from .position import LearnablePosition, sine_position
from .recording import Inspectable, record_attention
from .self_attention import SelfAttention
from .symmetric_integral import SymmetricIntegral, integral

__all__ = [
    'Dropout',
    'Encoder',
    'Inspectable',
    'LearnablePosition',
    'SelfAttention',
    'SymmetricIntegral',
    'dropout_attention',
    'integral',
    'record_attention',
    'sine_position',
]
