# R-A4 at another resolution, to train or to run the weights of 256x192, for which the sine encoding is made anew
_base_ = 'td-hm_transpose-r-a4_1xb20-230e_coco-256x192.py'

# codec settings
codec = dict(type='UDPHeatmap', input_size=(288, 384), heatmap_size=(72, 96), sigma=3, blur_kernel_size=17)

# model settings
model = dict(head=dict(feature_size=(36, 48), decoder=codec))

# pipelines
changed = dict(
    TopdownAffine=dict(type='TopdownAffine', input_size=codec['input_size'], use_udp=True),
    GenerateTarget=dict(type='GenerateTarget', encoder=codec))
train_pipeline = [changed.get(t['type'], t) for t in _base_.train_pipeline]
val_pipeline = [changed.get(t['type'], t) for t in _base_.val_pipeline]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader
