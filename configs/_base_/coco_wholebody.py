# COCO-WholeBody: COCO's pictures with 133 keypoints, for a config that inherits one of COCO
coco_wholebody_train = dict(type='CocoWholeBodyDataset', ann_file='annotations/coco_wholebody_train_v1.0.json')
coco_wholebody_val = dict(type='CocoWholeBodyDataset', ann_file='annotations/coco_wholebody_val_v1.0.json')
coco_wholebody_evaluator = dict(
    type='QuickCocoWholeBodyMetric', ann_file='data/coco/annotations/coco_wholebody_val_v1.0.json')
