# Rotation and scale as the authors draw them: HRNet's for COCO, which TransPose and AlphaPose have as well, HRNet's for MPII,
# and Poseur's. Half of a person is taken by all in the same way.
coco_bbox_transform = dict(type='ClippedBBoxTransform', shift_prob=0, rotate_factor=45, scale_factor=(0.65, 1.35))
mpii_bbox_transform = dict(type='ClippedBBoxTransform', shift_prob=0, rotate_factor=30, scale_factor=(0.75, 1.25))
poseur_bbox_transform = dict(type='ClippedBBoxTransform', shift_prob=0, rotate_factor=40, scale_factor=(0.5, 1.5))
# MMPose's RandomFlip, whose pictures are cropped sooner
flip = dict(type='QuickFlip', direction='horizontal')
half_body = dict(type='RandomHalfBody', min_upper_keypoints=3, upper_prioritized_prob=0.69)
# with face, hands and feet, which all belong to the lower half
whole_body_half_body = dict(type='WholeBodyHalfBody', min_upper_keypoints=3, upper_prioritized_prob=0.69)
