# MMPose's runtime, with checkpoints that outlive an interruption at any moment, and a look at sizes and validation before a
# training and at losses and predictions in it
_base_ = ['mmpose::_base_/default_runtime.py', 'plugin.py']

default_hooks = dict(
    checkpoint=dict(type='WholeCheckpointHook'),
    sizes=dict(type='SizesHook'),
    rehearsal=dict(type='RehearsalHook'),
    finite=dict(type='FiniteHook'))
