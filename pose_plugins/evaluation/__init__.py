"""Metrics that MMPose lacks."""

from .halpe_joint_evaluator import HalpeJointEvaluator
from .halpe_metric import HalpeMetric
from .pck_metric import PCKMetric
from .person_score import PersonScoreCocoMetric, PersonScoreCocoWholeBodyMetric
from .posetrack_metric import PoseTrackMetric
from .quick_coco import QuickCocoMetric, QuickCocoWholeBodyMetric
from .score_rank_metric import ScoreRankMetric

__all__ = [
    'HalpeJointEvaluator',
    'HalpeMetric',
    'PCKMetric',
    'PersonScoreCocoMetric',
    'PersonScoreCocoWholeBodyMetric',
    'PoseTrackMetric',
    'QuickCocoMetric',
    'QuickCocoWholeBodyMetric',
    'ScoreRankMetric',
]
