_base_ = 'td-reg_tfpose-res18_8xb32-210e_coco-256x192.py'

# codec settings
codec = dict(input_size=(288, 384))

# model settings
model = dict(head=dict(decoder=dict(input_size=(288, 384))))

# pipelines
train_pipeline = _base_.train_pipeline
train_pipeline[5] = dict(type='TopdownAffine', input_size=(288, 384))
train_pipeline[6] = dict(type='GenerateTarget', encoder=dict(type='SigmoidRefinementLabel', input_size=(288, 384)))
val_pipeline = _base_.val_pipeline
val_pipeline[2] = dict(type='TopdownAffine', input_size=(288, 384))
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader
