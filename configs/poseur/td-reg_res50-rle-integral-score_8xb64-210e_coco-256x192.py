# MMPose's ResNet-50 with RLE and MMPose's checkpoint of it, scored by the integral instead of by one minus the mean sigma
_base_ = [
    'mmpose::body_2d_keypoint/topdown_regression/coco/td-reg_res50_rle-8xb64-210e_coco-256x192.py',
    '../_base_/plugin.py'
]

default_hooks = dict(checkpoint=dict(type='WholeCheckpointHook'))

# codec settings
codec = dict(type='RLELaplaceLabel', input_size=(192, 256), score='integral', a=0.2)

# model settings
model = dict(head=dict(decoder=codec))

# pipelines
changed = dict(
    RandomFlip=dict(type='QuickFlip', direction='horizontal'), GenerateTarget=dict(type='GenerateTarget', encoder=codec))
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))

# evaluators: MMPose's figures, sooner
val_evaluator = dict(type='QuickCocoMetric')
test_evaluator = val_evaluator
