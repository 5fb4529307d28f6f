_base_ = 'td-reg_fastpose-res50-dcn_combined_4xb48-320e_halpe-256x192.py'

# model settings: hands weigh ten times as much as the face
model = dict(
    head=dict(
        keypoint_groups=[
            dict(keypoints=list(range(26)), supervision='heatmap'),
            dict(keypoints=list(range(26, 94))),
            dict(keypoints=list(range(94, 136)), weight=10)
        ]))
