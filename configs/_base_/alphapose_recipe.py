# AlphaPose's published recipe: 1e-3, a tenth after two milestones; then the rate is back at 1e-3 and boxes are such as a
# detector gives them, and a tenth of it follows twice more. That takes 270 epochs; 265 where the authors count from 5, and
# 320 for most networks with deformable convolutions and a combined loss.
_base_ = ['plugin.py', 'augmentation.py']

alphapose_optim_wrapper = dict(optimizer=dict(lr=1e-3))
alphapose_265e = dict(
    param_scheduler=[
        dict(type='MultiStepLR', begin=0, end=265, milestones=[170, 200, 226, 246], gamma=0.1, by_epoch=True),
        dict(type='MultiStepLR', begin=0, end=265, milestones=[206], gamma=100, by_epoch=True)
    ],
    jitter=dict(type='InsertTransformHook', transform=dict(type='BBoxJitter'), before='GetBBoxCenterScale', epoch=206))
alphapose_270e = dict(
    param_scheduler=[
        dict(type='MultiStepLR', begin=0, end=270, milestones=[170, 200, 231, 251], gamma=0.1, by_epoch=True),
        dict(type='MultiStepLR', begin=0, end=270, milestones=[211], gamma=100, by_epoch=True)
    ],
    jitter=dict(type='InsertTransformHook', transform=dict(type='BBoxJitter'), before='GetBBoxCenterScale', epoch=211))
alphapose_320e = dict(
    param_scheduler=[
        dict(type='MultiStepLR', begin=0, end=320, milestones=[190, 220, 261, 281], gamma=0.1, by_epoch=True),
        dict(type='MultiStepLR', begin=0, end=320, milestones=[231], gamma=100, by_epoch=True)
    ],
    jitter=dict(type='InsertTransformHook', transform=dict(type='BBoxJitter'), before='GetBBoxCenterScale', epoch=231))

# RGB / 255 - (0.406, 0.457, 0.480)
alphapose_data_preprocessor = dict(mean=[103.53, 116.535, 122.4], std=[255, 255, 255])
# deformable convolutions in stages 2 to 4
alphapose_dcn = dict(dcn=dict(type='DCN', deform_groups=1), stage_with_dcn=(False, True, True, True))
# with face, hands and feet, keypoints that are annotated with little confidence are not learned
confident_keypoints = dict(type='ConfidentKeypoints', threshold=0.35)
# of ResNet-152 with 133 or 136 keypoints, which is trained on whole people
alphapose_res152_bbox_transform = dict(
    type='ClippedBBoxTransform', shift_prob=0, rotate_factor=40, scale_factor=(0.7, 1.3))
# a person's score: box + mean + 1.25 x maximum of the keypoints' scores
alphapose_scores = dict(score_mode='alphapose', nms_mode='none')
