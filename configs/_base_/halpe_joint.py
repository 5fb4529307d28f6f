# The five data sets of AlphaPose's joint training, with Halpe's 136 keypoints for all. Faces and hands get the crops of
# people to whom they could belong. A picture that cannot be read, or a face or hand without a usable label, is told of in
# the log and replaced by another sample of the same data set.
train_sets = [
    dict(
        type='HalpeDataset',
        data_root='data/halpe/',
        data_mode='topdown',
        ann_file='annotations/halpe_train_v1.json',
        data_prefix=dict(img='hico_20160224_det/images/train2015/'),
        pipeline=[
            dict(type='ConfidentKeypoints', threshold=0.35),
            dict(type='HalpeConverter', dataset='halpe', skip_bad=True),
            dict(type='CheckedLoadImage', skip_bad=True)
        ]),
    dict(
        type='CocoWholeBodyDataset',
        data_root='data/coco/',
        data_mode='topdown',
        ann_file='annotations/coco_wholebody_train_v1.0.json',
        data_prefix=dict(img='train2017/'),
        pipeline=[
            dict(type='ConfidentKeypoints', threshold=0.35),
            dict(type='HalpeConverter', dataset='coco_wholebody', skip_bad=True),
            dict(type='CheckedLoadImage', skip_bad=True)
        ]),
    dict(
        type='Face300WDataset',
        data_root='data/300w/',
        data_mode='topdown',
        ann_file='annotations/face_landmarks_300w_train.json',
        data_prefix=dict(img='images/'),
        pipeline=[
            dict(type='HalpeConverter', dataset='300w', skip_bad=True),
            dict(type='PartGuidedProposal', skip_bad=True),
            dict(type='CheckedLoadImage', skip_bad=True)
        ]),
    dict(
        type='FreiHandDataset',
        data_root='data/freihand/',
        data_mode='topdown',
        ann_file='annotations/freihand_train.json',
        data_prefix=dict(img=''),
        pipeline=[
            dict(type='HalpeConverter', dataset='freihand2d', skip_bad=True),
            dict(type='PartGuidedProposal', skip_bad=True),
            dict(type='CheckedLoadImage', skip_bad=True)
        ]),
    dict(
        type='InterHand2DDoubleDataset',
        data_root='data/interhand2.6m/',
        data_mode='topdown',
        ann_file='annotations/all/InterHand2.6M_train_data.json',
        camera_param_file='annotations/all/InterHand2.6M_train_camera.json',
        joint_file='annotations/all/InterHand2.6M_train_joint_3d.json',
        data_prefix=dict(img='images/train/'),
        pipeline=[
            dict(type='HalpeConverter', dataset='interhand3d', skip_bad=True),
            dict(type='PartGuidedProposal', skip_bad=True),
            dict(type='CheckedLoadImage', skip_bad=True)
        ]),
]

# Tested on all of them. People's boxes come from a detector; faces and hands have the crops of people to whom they could
# belong, the same in every test, found from their true keypoints.
test_sets = [
    dict(
        type='HalpeDataset',
        data_root='data/halpe/',
        data_mode='topdown',
        ann_file='annotations/halpe_val_v1.json',
        bbox_file='data/halpe/person_detection_results/COCO_val2017_detections_AP_H_56_person.json',
        data_prefix=dict(img='val2017/'),
        test_mode=True,
        pipeline=[dict(type='CheckedLoadImage')]),
    dict(
        type='CocoWholeBodyDataset',
        data_root='data/coco/',
        data_mode='topdown',
        ann_file='annotations/coco_wholebody_val_v1.0.json',
        bbox_file='data/coco/person_detection_results/COCO_val2017_detections_AP_H_56_person.json',
        data_prefix=dict(img='val2017/'),
        test_mode=True,
        pipeline=[
            dict(type='HalpeConverter', dataset='coco_wholebody'),
            dict(type='CheckedLoadImage')
        ]),
    dict(
        type='Face300WDataset',
        data_root='data/300w/',
        data_mode='topdown',
        ann_file='annotations/face_landmarks_300w_test.json',
        data_prefix=dict(img='images/'),
        test_mode=True,
        pipeline=[
            dict(type='HalpeConverter', dataset='300w'),
            dict(type='PartGuidedProposal', fixed=True),
            dict(type='CheckedLoadImage')
        ]),
    dict(
        type='FreiHandDataset',
        data_root='data/freihand/',
        data_mode='topdown',
        ann_file='annotations/freihand_test.json',
        data_prefix=dict(img=''),
        test_mode=True,
        pipeline=[
            dict(type='HalpeConverter', dataset='freihand2d'),
            dict(type='PartGuidedProposal', fixed=True),
            dict(type='CheckedLoadImage')
        ]),
    dict(
        type='InterHand2DDoubleDataset',
        data_root='data/interhand2.6m/',
        data_mode='topdown',
        ann_file='annotations/all/InterHand2.6M_test_data.json',
        camera_param_file='annotations/all/InterHand2.6M_test_camera.json',
        joint_file='annotations/all/InterHand2.6M_test_joint_3d.json',
        data_prefix=dict(img='images/test/'),
        test_mode=True,
        pipeline=[
            dict(type='HalpeConverter', dataset='interhand3d'),
            dict(type='PartGuidedProposal', fixed=True),
            dict(type='CheckedLoadImage')
        ]),
]

# Of a picture that cannot be read, validation tells in the log and takes a black one, so as not to end a long training.
validation_load = dict(type='CheckedLoadImage', blank_bad=True)

# The two APs take the truth from the data sets' annotation files.
test_metrics = [
    dict(type='HalpeMetric', score_mode='alphapose', nms_mode='none'),
    dict(type='PersonScoreCocoWholeBodyMetric', score_mode='alphapose', nms_mode='none'),
    dict(type='NME', norm_mode='keypoint_distance', prefix='300w'),
    [
        dict(type='PCKAccuracy', thr=0.2, prefix='freihand'),
        dict(type='AUC', prefix='freihand'),
        dict(type='EPE', prefix='freihand')
    ],
    [
        dict(type='PCKAccuracy', thr=0.2, prefix='interhand'),
        dict(type='AUC', prefix='interhand'),
        dict(type='EPE', prefix='interhand')
    ],
]
