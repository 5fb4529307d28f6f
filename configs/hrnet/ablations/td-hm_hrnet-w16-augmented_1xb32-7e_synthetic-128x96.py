# The small network with HRNet's published augmentation
_base_ = ['../td-hm_hrnet-w16_1xb32-7e_synthetic-128x96.py', '../../_base_/augmentation.py']

# pipelines: the published padding of boxes; rotation and scale between flip and crop
expanded = dict(
    GetBBoxCenterScale=[dict(type='GetBBoxCenterScale')],
    QuickFlip=[dict(type='QuickFlip', direction='horizontal'), _base_.coco_bbox_transform])
train_pipeline = [new for t in _base_.train_pipeline for new in expanded.get(t['type'], [t])]
val_pipeline = [new for t in _base_.val_pipeline for new in expanded.get(t['type'], [t])]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader
