"""Ids that stay with people through a video."""

from .iou import IouTracker
from .pose import PoseTracker
from .tracker import Tracker

TRACKERS: dict[str, type[Tracker]] = dict(iou=IouTracker, pose=PoseTracker)

__all__ = ['TRACKERS', 'IouTracker', 'PoseTracker', 'Tracker']
