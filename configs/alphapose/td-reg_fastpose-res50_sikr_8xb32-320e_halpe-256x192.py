_base_ = 'td-reg_fastpose-res50_sikr_8xb32-270e_coco-256x192.py'

# runtime
train_cfg = dict(max_epochs=320)
param_scheduler = [dict(type='MultiStepLR', begin=0, end=320, milestones=[190, 220], gamma=0.1, by_epoch=True)]

# model settings: body and feet weigh twice
model = dict(
    head=dict(
        out_channels=136,
        keypoint_groups=[dict(keypoints=list(range(26)), weight=2),
                         dict(keypoints=list(range(26, 136)))]))

# for the last 90 epochs, boxes as a detector gives them
custom_hooks = [
    dict(hook, epoch=230) if hook['type'] == 'InsertTransformHook' else hook for hook in _base_.custom_hooks
]

# data loaders
data_root = 'data/halpe/'
train_dataloader = dict(
    dataset=dict(
        type='HalpeDataset',
        data_root=data_root,
        ann_file='annotations/halpe_train_v1.json',
        data_prefix=dict(img='hico_20160224_det/images/train2015/')))
val_dataloader = dict(
    dataset=dict(
        type='HalpeDataset',
        data_root=data_root,
        ann_file='annotations/halpe_val_v1.json',
        bbox_file=data_root + 'person_detection_results/COCO_val2017_detections_AP_H_56_person.json'))
test_dataloader = val_dataloader

# evaluators: AP of all keypoints, and of body, foot, face and hand
val_evaluator = dict(type='HalpeMetric', ann_file=data_root + 'annotations/halpe_val_v1.json')
test_evaluator = val_evaluator
