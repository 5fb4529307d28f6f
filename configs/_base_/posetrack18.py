# PoseTrack's figures of precision and of tracks, without another package
posetrack_evaluator = dict(type='PoseTrackMetric', tracker=dict(type='PoseTracker'))
