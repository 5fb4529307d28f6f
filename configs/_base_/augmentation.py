# Rotation and scale as HRNet's authors publish them for COCO and for MPII. TransPose takes both, AlphaPose those of COCO for
# all of its data sets.
coco_bbox_transform = dict(type='RandomBBoxTransform', shift_prob=0, rotate_factor=45, scale_factor=(0.65, 1.35))
mpii_bbox_transform = dict(type='RandomBBoxTransform', shift_prob=0, rotate_factor=30, scale_factor=(0.75, 1.25))
