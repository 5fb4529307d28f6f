"""The score of a person in AlphaPose's published evaluation, as an option of MMPose's metrics."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmpose.evaluation.metrics import CocoMetric, CocoWholeBodyMetric
from mmpose.registry import METRICS

from .predictions import check_finite


class PersonScore(CocoMetric):
    """Base of metrics with one more ``score_mode``, 'alphapose': box + mean + 1.25 x maximum of the keypoint scores.

    The published evaluation has no NMS: ``nms_mode='none'``. Arguments are ``CocoMetric``'s.
    """

    def __init__(self, *args: Any, score_mode: str = 'bbox_keypoint', **kwargs: Any) -> None:
        self.scores_persons = score_mode == 'alphapose'
        # a person's score then takes the place of the box's
        super().__init__(*args, score_mode='bbox' if self.scores_persons else score_mode, **kwargs)

    def process(self, data_batch: Sequence[dict], data_samples: Sequence[dict]) -> None:
        """As ``CocoMetric``.

        Raises:
            DivergedError: If a prediction is not finite.
        """
        check_finite(data_samples)
        known = len(self.results)
        super().process(data_batch, data_samples)
        if self.scores_persons:
            for predicted, _ in self.results[known:]:
                scores = predicted['keypoint_scores']  # (N, K)
                predicted['bbox_scores'] = np.asarray(predicted['bbox_scores']) + scores.mean(1) + 1.25 * scores.max(1)


@METRICS.register_module()
class PersonScoreCocoMetric(PersonScore):
    """MMPose's ``CocoMetric`` with the ``score_mode`` of ``PersonScore``."""


@METRICS.register_module()
class PersonScoreCocoWholeBodyMetric(PersonScore, CocoWholeBodyMetric):
    """MMPose's ``CocoWholeBodyMetric`` with the ``score_mode`` of ``PersonScore``."""
