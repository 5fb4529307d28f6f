"""Trains and tests: MMPose's own tools, with what they lack."""

from .hooks import ChannelsLastHook, CheckpointGuardHook, InsertTransformHook

__all__ = ['ChannelsLastHook', 'CheckpointGuardHook', 'InsertTransformHook']
