# HRNet's published recipe, where MMPose's differs: 1e-3 instead of 5e-4, and no warm-up
_base_ = ['plugin.py', 'augmentation.py']

hrnet_optim_wrapper = dict(optimizer=dict(lr=1e-3))
hrnet_param_scheduler = [dict(type='MultiStepLR', begin=0, end=210, milestones=[170, 200], gamma=0.1, by_epoch=True)]
