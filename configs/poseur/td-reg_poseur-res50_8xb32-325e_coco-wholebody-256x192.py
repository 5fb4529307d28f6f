_base_ = ['td-reg_poseur-res50_8xb32-325e_coco-256x192.py', '../_base_/coco_wholebody.py']

# hooks
default_hooks = dict(checkpoint=dict(save_best='coco-wholebody/AP'))

# model settings
model = dict(head=dict(out_channels=133))

# data loaders
train_dataloader = dict(dataset=_base_.coco_wholebody_train)
val_dataloader = dict(dataset=_base_.coco_wholebody_val)
test_dataloader = val_dataloader

# evaluators
val_evaluator = _base_.coco_wholebody_evaluator
test_evaluator = val_evaluator
