# AlphaPose's symmetric integral keypoint regression at 256x192, alone and in the combined loss. Visible keypoints outside of
# the crop count, as published. The flip test integrates the maps of both pictures.
sikr_label = dict(type='SIKRLabel', input_size=(192, 256), heatmap_size=(48, 64), outside=True)
sikr_head = dict(type='SIKRHead', normalization='sigmoid', amplitude=2, decoder=sikr_label)
sikr_test_cfg = dict(flip_test=True, flip_mode='integral', shift_heatmap=True)

# body and feet as heatmaps, face and hands as integrals
sikr_combined_label = dict(sigma=2, **sikr_label)
sikr_combined_head = dict(
    heatmap_loss=dict(type='KeypointMSELoss', use_target_weight=True, loss_weight=0.5 * 100),
    loss=dict(type='L1Loss', reduction='sum', use_target_weight=True, loss_weight=0.01),
    decoder=sikr_combined_label)
