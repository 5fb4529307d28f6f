"""Reading checkpoints: safely, and the authors' published ones into our models."""

from .safe import allow_training_state, check_fit, read_checkpoint, weights_of

__all__ = ['allow_training_state', 'check_fit', 'read_checkpoint', 'weights_of']
