"""Ids that stay with people through a video."""

from .building import KINDS, build_tracker
from .flow import FlowTracker
from .iou import IouTracker
from .pose import PoseTracker
from .tracker import Tracker
from .whole_video import VideoTracker

__all__ = ['KINDS', 'FlowTracker', 'IouTracker', 'PoseTracker', 'Tracker', 'VideoTracker', 'build_tracker']
