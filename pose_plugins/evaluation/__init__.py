"""Metrics that MMPose lacks."""

from .score_rank_metric import ScoreRankMetric

__all__ = ['ScoreRankMetric']
