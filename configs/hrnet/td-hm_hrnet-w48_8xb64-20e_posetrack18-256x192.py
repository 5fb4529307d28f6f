# MMPose's recipe, fine-tuned from a COCO model: your own, or a converted one of the authors
_base_ = [
    'mmpose::body_2d_keypoint/topdown_heatmap/posetrack18/td-hm_hrnet-w48_8xb64-20e_posetrack18-256x192.py',
    '../_base_/plugin.py', '../_base_/posetrack18.py'
]

load_from = 'checkpoints/hrnet-w48_coco-256x192.pth'
default_hooks = dict(checkpoint=dict(type='WholeCheckpointHook'))
val_evaluator = _base_.posetrack_evaluator
test_evaluator = _base_.posetrack_evaluator
