"""Ids that stay with people through a video."""

from .flow import FlowTracker
from .iou import IouTracker
from .pose import PoseTracker
from .tracker import Tracker

TRACKERS: dict[str, type[Tracker]] = dict(flow=FlowTracker, pose=PoseTracker, iou=IouTracker)

__all__ = ['TRACKERS', 'FlowTracker', 'IouTracker', 'PoseTracker', 'Tracker']
