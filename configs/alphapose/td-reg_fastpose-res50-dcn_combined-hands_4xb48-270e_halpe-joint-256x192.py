_base_ = 'td-reg_fastpose-res50_combined_4xb48-270e_halpe-joint-256x192.py'

# model settings: hands weigh ten times as much as the face
model = dict(
    backbone=_base_.alphapose_dcn,
    head=dict(
        keypoint_groups=[
            dict(keypoints=list(range(26)), supervision='heatmap'),
            dict(keypoints=list(range(26, 94))),
            dict(keypoints=list(range(94, 136)), weight=10)
        ]))
