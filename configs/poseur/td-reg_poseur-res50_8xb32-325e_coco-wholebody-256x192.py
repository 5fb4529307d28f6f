_base_ = 'td-reg_poseur-res50_8xb32-325e_coco-256x192.py'

# hooks
default_hooks = dict(checkpoint=dict(save_best='coco-wholebody/AP'))

# model settings
model = dict(head=dict(out_channels=133))

# data loaders
train_dataloader = dict(
    dataset=dict(type='CocoWholeBodyDataset', ann_file='annotations/coco_wholebody_train_v1.0.json'))
val_dataloader = dict(dataset=dict(type='CocoWholeBodyDataset', ann_file='annotations/coco_wholebody_val_v1.0.json'))
test_dataloader = val_dataloader

# evaluators
val_evaluator = dict(
    type='CocoWholeBodyMetric', ann_file=_base_.data_root + 'annotations/coco_wholebody_val_v1.0.json')
test_evaluator = val_evaluator
