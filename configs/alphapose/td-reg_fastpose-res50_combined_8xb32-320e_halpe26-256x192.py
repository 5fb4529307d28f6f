_base_ = 'td-reg_fastpose-res50_sikr_8xb32-320e_halpe26-256x192.py'

# codec settings
codec = _base_.sikr_combined_label

# model settings: body and feet as heatmaps; there is no face and no hand to learn as integrals
model = dict(head=dict(keypoint_groups=[dict(keypoints=list(range(26)), supervision='heatmap')], decoder=codec))

# pipelines
changed = dict(GenerateTarget=dict(type='GenerateTarget', encoder=codec))
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
