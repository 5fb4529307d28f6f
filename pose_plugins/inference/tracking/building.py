"""Trackers by their names and from configs."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...evaluation.trackers import TRACKERS
from ...utils.arguments import one_of
from .flow import FlowTracker
from .iou import IouTracker
from .pose import PoseTracker
from .tracker import Tracker

KINDS: dict[str, type[Tracker]] = dict(flow=FlowTracker, pose=PoseTracker, iou=IouTracker)


def build_tracker(tracker: str | Mapping[str, Any], sigmas: Sequence[float] | None) -> Tracker:
    """A tracker.

    Args:
        tracker: A name of ``KINDS``, or a config such as ``dict(type='PoseTracker', patience=60)``.
        sigmas: Of the keypoints, (K,), for trackers that look at poses and whose config has none; without any, all count as
            much.

    Raises:
        InputError: If there is no such tracker, or an argument is out of its range.
    """
    if isinstance(tracker, str):
        one_of(KINDS, tracker=tracker)
        tracker = dict(type=KINDS[tracker].__name__)
    one_of([kind.__name__ for kind in KINDS.values()], tracker=tracker.get('type'))
    own = {} if tracker['type'] == IouTracker.__name__ else dict(sigmas=sigmas)
    return TRACKERS.build({**own, **tracker})
