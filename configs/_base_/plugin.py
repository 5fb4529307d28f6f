# what makes `mim train mmpose`, MMPose's own tools and its inferencer find this package
custom_imports = dict(imports=['pose_plugins'], allow_failed_imports=False)
