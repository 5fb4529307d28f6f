"""Hooks that mmengine lacks."""

from .channels_last import ChannelsLastHook
from .checkpoint_guard import CheckpointGuardHook

__all__ = ['ChannelsLastHook', 'CheckpointGuardHook']
