"""The registry of trackers, which metrics build by their configs; it finds them above, when it is asked first."""

from mmengine.registry import Registry

# of MMPose's scope, so that configs need no other
TRACKERS = Registry('tracker', scope='mmpose', locations=['pose_plugins.inference.tracking'])
