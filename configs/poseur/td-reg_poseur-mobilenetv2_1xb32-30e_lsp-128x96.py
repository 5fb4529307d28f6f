_base_ = '../_base_/lsp_query.py'

# codec settings
rle_laplace_label = dict(type='RLELaplaceLabel', input_size=(96, 128), score='integral', a=0.2)
codec = rle_laplace_label

# model settings
model = dict(
    head=dict(type='PoseurHead', noise=dict(num_groups=1, num_points=4, variance=0.2), decoder=rle_laplace_label))

# pipelines
changed = dict(GenerateTarget=dict(type='GenerateTarget', encoder=rle_laplace_label))
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
