_base_ = 'td-reg_fastpose-res50_sikr_8xb32-320e_halpe-256x192.py'

# A third of every batch is Halpe's, a third COCO-WholeBody's, a ninth each of 300W's, FreiHand's and InterHand2.6M's; all have
# Halpe's 136 keypoints. Faces and hands get the boxes of people to whom they could belong.
halpe = dict(
    type='HalpeDataset',
    data_root='data/halpe/',
    data_mode='topdown',
    ann_file='annotations/halpe_train_v1.json',
    data_prefix=dict(img='hico_20160224_det/images/train2015/'))
coco_wholebody = dict(
    type='CocoWholeBodyDataset',
    data_root='data/coco/',
    data_mode='topdown',
    ann_file='annotations/coco_wholebody_train_v1.0.json',
    data_prefix=dict(img='train2017/'),
    pipeline=[dict(type='HalpeConverter', dataset='coco_wholebody')])
face_300w = dict(
    type='Face300WDataset',
    data_root='data/300w/',
    data_mode='topdown',
    ann_file='annotations/face_landmarks_300w_train.json',
    data_prefix=dict(img='images/'),
    pipeline=[dict(type='HalpeConverter', dataset='300w'),
              dict(type='PartGuidedProposal')])
freihand = dict(
    type='FreiHandDataset',
    data_root='data/freihand/',
    data_mode='topdown',
    ann_file='annotations/freihand_train.json',
    data_prefix=dict(img=''),
    pipeline=[dict(type='HalpeConverter', dataset='freihand2d'),
              dict(type='PartGuidedProposal')])
interhand = dict(
    type='InterHand2DDoubleDataset',
    data_root='data/interhand2.6m/',
    data_mode='topdown',
    ann_file='annotations/all/InterHand2.6M_train_data.json',
    camera_param_file='annotations/all/InterHand2.6M_train_camera.json',
    joint_file='annotations/all/InterHand2.6M_train_joint_3d.json',
    data_prefix=dict(img='images/train/'),
    pipeline=[dict(type='HalpeConverter', dataset='interhand3d'),
              dict(type='PartGuidedProposal')])

# data loaders
train_dataloader = dict(
    sampler=dict(
        _delete_=True,
        type='ExactMultiSourceSampler',
        batch_size=32,
        source_ratio=[1 / 3, 1 / 3, 1 / 9, 1 / 9, 1 / 9]),
    dataset=dict(
        _delete_=True,
        type='CombinedDataset',
        metainfo=dict(from_file='configs/_base_/datasets/halpe.py'),
        datasets=[halpe, coco_wholebody, face_300w, freihand, interhand],
        pipeline=_base_.train_pipeline))
