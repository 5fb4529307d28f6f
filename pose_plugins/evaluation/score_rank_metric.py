"""Tells whether a score can be trusted: do keypoints with low scores lie further from the truth?"""

import logging
from collections.abc import Sequence

import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from mmpose.registry import METRICS

from .predictions import check_finite
from .truth import has_truth, shown

QUANTILES = 5


@METRICS.register_module()
class ScoreRankMetric(BaseMetric):
    """Mean error of keypoints by the rank of their scores.

    The visible keypoints of all people are sorted by score and cut into fifths of the same number. An error is the distance
    from the truth, divided by the root of the area of the person's box. Given are ``error_1``, the mean error of the fifth
    with the lowest scores, to ``error_5``, of that with the highest; ``ratio``, the first divided by the last, which is 1 for
    scores that tell nothing; and ``spearman``, the rank correlation of score and error, -1 at best.

    A diagnostic ends no training: of people without a truth, such as those in boxes of a detector, nothing is taken, and with
    fewer than five keypoints a line in the log says so, and nothing is given.

    Args:
        collect_device, prefix: As in mmengine's ``BaseMetric``; the prefix is 'score_rank' unless another one is given.

    Raises:
        DivergedError: If a prediction is not finite.
    """

    default_prefix = 'score_rank'

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Take the scores and errors of a batch."""
        check_finite(data_samples)
        self.results += [_scores_and_errors(sample) for sample in data_samples]

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Rank them."""
        from scipy.stats import spearmanr  # takes a second to import

        scores, errors = (np.concatenate(part) for part in zip(*results)) if results else ((), ())
        if len(scores) < QUANTILES:
            print_log(
                f'ScoreRankMetric gives nothing: {len(scores)} visible keypoints have a truth, {QUANTILES} are needed; '
                'people in boxes of a detector (bbox_file) have none',
                'current',
                logging.WARNING,
            )
            return {}
        _, ties = np.unique(scores, return_inverse=True)  # from the lowest score
        shared = (np.bincount(ties, errors) / np.bincount(ties))[ties]  # equal scores share their mean error
        means = [float(part.mean()) for part in np.array_split(shared[np.argsort(ties, kind='stable')], QUANTILES)]
        constant = ties.max() == 0
        return {
            **{f'error_{i}': mean for i, mean in enumerate(means, start=1)},
            'ratio': means[0] / means[-1] if means[-1] else float('inf'),
            'spearman': 0.0 if constant else float(spearmanr(scores, errors).statistic),
        }


def _scores_and_errors(sample: dict) -> tuple[np.ndarray, np.ndarray]:
    """Scores and errors of the visible keypoints of a sample with one person, (n,) each; none where they have no truth."""
    truth, predicted = sample.get('gt_instances', {}), sample['pred_instances']
    one = np.shape(predicted['keypoints']) == np.shape(truth.get('keypoints')) and len(predicted['keypoints']) == 1
    if not one or 'bboxes' not in truth or not has_truth(truth):
        return np.zeros(0), np.zeros(0)
    left, top, right, bottom = np.asarray(truth['bboxes'])[0]
    area = (right - left) * (bottom - top)
    visible = shown(truth['keypoints_visible']) & (area > 0)  # (1, K)
    distance = np.linalg.norm(predicted['keypoints'] - truth['keypoints'], axis=-1)[visible]
    return np.asarray(predicted['keypoint_scores'])[visible], distance / np.sqrt(max(area, 1e-9))
