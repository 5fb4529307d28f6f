_base_ = 'td-reg_fastpose-res50_sikr_8xb32-270e_coco-wholebody-256x192.py'

# codec settings
codec = _base_.sikr_combined_label

# model settings: body and feet as heatmaps, face and hands as integrals
model = dict(
    head=dict(
        keypoint_groups=[
            dict(keypoints=list(range(23)), supervision='heatmap'),
            dict(keypoints=list(range(23, 133)))
        ],
        **_base_.sikr_combined_head))

# pipelines
changed = dict(GenerateTarget=dict(type='GenerateTarget', encoder=codec))
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
