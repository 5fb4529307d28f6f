"""Ids that stay with people through a video."""

from collections.abc import Mapping
from typing import Any

from ...utils.arguments import one_of
from .flow import FlowTracker
from .iou import IouTracker
from .pose import PoseTracker
from .tracker import Tracker

TRACKERS: dict[str, type[Tracker]] = dict(flow=FlowTracker, pose=PoseTracker, iou=IouTracker)


def build_tracker(name: str, meta: Mapping[str, Any]) -> Tracker:
    """A tracker with its defaults.

    Args:
        name: Of ``TRACKERS``.
        meta: The description of the keypoints; without ``sigmas`` all count as much.

    Raises:
        InputError: If there is no tracker of the name.
    """
    one_of(TRACKERS, tracker=name)
    if name == 'iou':
        return IouTracker()
    return (FlowTracker if name == 'flow' else PoseTracker)(sigmas=meta.get('sigmas'))


__all__ = ['TRACKERS', 'FlowTracker', 'IouTracker', 'PoseTracker', 'Tracker', 'build_tracker']
