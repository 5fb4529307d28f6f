# Halpe-FullBody: 136 keypoints, for a config that inherits one of COCO
halpe_train = dict(
    type='HalpeDataset',
    data_root='data/halpe/',
    ann_file='annotations/halpe_train_v1.json',
    data_prefix=dict(img='hico_20160224_det/images/train2015/'))
halpe_val = dict(
    type='HalpeDataset',
    data_root='data/halpe/',
    ann_file='annotations/halpe_val_v1.json',
    bbox_file='data/halpe/person_detection_results/COCO_val2017_detections_AP_H_56_person.json')
# AP of all keypoints, and of body, foot, face and hand
halpe_evaluator = dict(type='HalpeMetric', ann_file='data/halpe/annotations/halpe_val_v1.json')

# the first 26: body and feet
halpe26_converter = dict(type='KeypointConverter', num_keypoints=26, mapping=[(i, i) for i in range(26)])
halpe26_metainfo = dict(from_file='configs/_base_/datasets/halpe26.py')
