"""Trains and tests: MMPose's own tools, with what they lack."""

from .checkpoint_hook import WholeCheckpointHook
from .cpu_threads import ThreadsHook
from .finite import FiniteHook
from .hooks import ChannelsLastHook, CheckpointGuardHook, InsertTransformHook
from .optimizer import MergedExpMomentumEMA, MergedOptimWrapperConstructor
from .rehearsal import RehearsalHook
from .sizes import SizesHook

__all__ = [
    'ChannelsLastHook',
    'CheckpointGuardHook',
    'FiniteHook',
    'InsertTransformHook',
    'MergedExpMomentumEMA',
    'MergedOptimWrapperConstructor',
    'RehearsalHook',
    'SizesHook',
    'ThreadsHook',
    'WholeCheckpointHook',
]
