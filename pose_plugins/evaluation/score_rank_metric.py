"""Tells whether a score can be trusted: do keypoints with low scores lie further from the truth?"""

from collections.abc import Sequence

import numpy as np
from mmengine.evaluator import BaseMetric
from mmpose.registry import METRICS

from ..utils.errors import InputError

QUANTILES = 5


@METRICS.register_module()
class ScoreRankMetric(BaseMetric):
    """Mean error of keypoints by the rank of their scores.

    The visible keypoints of all people are sorted by score and cut into fifths of the same number. An error is the distance
    from the truth, divided by the root of the area of the person's box. Given are ``error_1``, the mean error of the fifth
    with the lowest scores, to ``error_5``, of that with the highest; ``ratio``, the first divided by the last, which is 1 for
    scores that tell nothing; and ``spearman``, the rank correlation of score and error, -1 at best.

    Args:
        collect_device, prefix: As in mmengine's ``BaseMetric``; the prefix is 'score_rank' unless another one is given.

    Raises:
        InputError: If there are fewer than five visible keypoints, or a score is NaN.
    """

    default_prefix = 'score_rank'

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Take the scores and errors of a batch."""
        for sample in data_samples:
            truth, predicted = sample['gt_instances'], sample['pred_instances']
            visible = np.asarray(truth['keypoints_visible'])
            visible = (visible if visible.ndim == 2 else visible[..., 0]) > 0  # (1, K)
            left, top, right, bottom = np.asarray(truth['bboxes'])[0]
            distance = np.linalg.norm(predicted['keypoints'] - truth['keypoints'], axis=-1)  # (1, K)
            error = distance / np.sqrt((right - left) * (bottom - top))
            self.results.append((np.asarray(predicted['keypoint_scores'])[visible], error[visible]))

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Rank them."""
        from scipy.stats import spearmanr  # takes a second to import

        scores, errors = (np.concatenate(part) for part in zip(*results))
        if len(scores) < QUANTILES:
            raise InputError(f'ScoreRankMetric: {len(scores)} visible keypoints, at least {QUANTILES} are needed')
        if np.isnan(scores).any():
            raise InputError('ScoreRankMetric: a score is NaN')
        _, ties = np.unique(scores, return_inverse=True)  # from the lowest score
        shared = (np.bincount(ties, errors) / np.bincount(ties))[ties]  # equal scores share their mean error
        means = [float(part.mean()) for part in np.array_split(shared[np.argsort(ties, kind='stable')], QUANTILES)]
        constant = ties.max() == 0
        return {
            **{f'error_{i}': mean for i, mean in enumerate(means, start=1)},
            'ratio': means[0] / means[-1] if means[-1] else float('inf'),
            'spearman': 0.0 if constant else float(spearmanr(scores, errors).statistic),
        }
