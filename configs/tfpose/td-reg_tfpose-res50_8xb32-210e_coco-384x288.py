_base_ = 'td-reg_tfpose-res50_8xb32-210e_coco-256x192.py'

# codec settings
codec = dict(type='SigmoidRefinementLabel', input_size=(288, 384))

# model settings
model = dict(head=dict(decoder=codec))

# pipelines
changed = dict(
    TopdownAffine=dict(type='TopdownAffine', input_size=codec['input_size']),
    GenerateTarget=dict(type='GenerateTarget', encoder=codec))
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
val_pipeline = [changed.get(t['type'], t) for t in _base_.val_pipeline]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader
