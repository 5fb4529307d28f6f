"""Metrics that MMPose lacks."""

from .halpe_metric import HalpeMetric
from .score_rank_metric import ScoreRankMetric

__all__ = ['HalpeMetric', 'ScoreRankMetric']
