# MMPose's runtime, with checkpoints that outlive an interruption at any moment
_base_ = ['mmpose::_base_/default_runtime.py', 'plugin.py']

default_hooks = dict(checkpoint=dict(type='WholeCheckpointHook'))
