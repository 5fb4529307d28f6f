# fine-tuned from MMPose's COCO checkpoint, which this file's base names in load_from
_base_ = [
    'mmpose::body_2d_keypoint/topdown_heatmap/posetrack18/td-hm_hrnet-w48_8xb64-20e_posetrack18-384x288.py',
    '../_base_/plugin.py'
]
