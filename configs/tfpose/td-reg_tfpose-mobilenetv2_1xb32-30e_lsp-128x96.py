_base_ = '../_base_/lsp_query.py'

# runtime; several processes are to know that the finest of the neck's levels is not read
find_unused_parameters = True
optim_wrapper = dict(clip_grad=dict(max_norm=0.1))

# codec settings
sigmoid_refinement_label = dict(type='SigmoidRefinementLabel', input_size=(96, 128), sigma=1.5)
codec = sigmoid_refinement_label

# model settings: one encoder layer over the strides 8 to 32
model = dict(
    head=dict(
        type='TFPoseHead',
        feature_levels=(1, 2, 3),
        num_encoder_layers=1,
        heatmap_loss=dict(type='KeypointMSELoss', use_target_weight=True, loss_weight=50.0),
        decoder=sigmoid_refinement_label))

# pipelines
changed = dict(GenerateTarget=dict(type='GenerateTarget', encoder=sigmoid_refinement_label))
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
