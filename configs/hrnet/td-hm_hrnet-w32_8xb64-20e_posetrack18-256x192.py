# fine-tuned from MMPose's COCO checkpoint, which this file's base names in load_from
_base_ = [
    'mmpose::body_2d_keypoint/topdown_heatmap/posetrack18/td-hm_hrnet-w32_8xb64-20e_posetrack18-256x192.py',
    '../_base_/plugin.py'
]
