"""Reading checkpoints: safely, from wherever a config says, and the authors' published ones into our models."""

from .plain_data import plain
from .pretrained import read_source, register_sources
from .safe import allow_training_state, check_finite, check_fit, check_overlap, read_checkpoint, weights_of

__all__ = [
    'allow_training_state',
    'check_finite',
    'check_fit',
    'check_overlap',
    'plain',
    'read_checkpoint',
    'read_source',
    'register_sources',
    'weights_of',
]
