# R-A4 at another resolution, to train or to run the weights of 256x192, for which the sine encoding is made anew
_base_ = 'td-hm_transpose-r-a4_8xb32-230e_coco-256x192.py'

codec = dict(type='MSRAHeatmap', input_size=(288, 384), heatmap_size=(72, 96), sigma=3)
model = dict(head=dict(feature_size=(36, 48), decoder=codec))

train_pipeline = _base_.train_pipeline
train_pipeline[5] = dict(type='TopdownAffine', input_size=codec['input_size'])
train_pipeline[6] = dict(type='GenerateTarget', encoder=codec)
val_pipeline = _base_.val_pipeline
val_pipeline[2] = dict(type='TopdownAffine', input_size=codec['input_size'])
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader
