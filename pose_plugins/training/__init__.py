"""Trains and tests: MMPose's own tools, with what they lack."""

from .checkpoint_hook import WholeCheckpointHook
from .hooks import ChannelsLastHook, CheckpointGuardHook, InsertTransformHook

__all__ = ['ChannelsLastHook', 'CheckpointGuardHook', 'InsertTransformHook', 'WholeCheckpointHook']
