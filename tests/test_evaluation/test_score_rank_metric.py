"""Errors by the rank of scores, on a case worked out by hand."""

import numpy as np
import pytest
from mmengine.evaluator import Evaluator
from mmpose.utils import register_all_modules

from pose_plugins.evaluation import ScoreRankMetric, score_rank_metric
from pose_plugins.utils.errors import DivergedError


def sample(errors, scores, visible=None, side=10.0):
    """One person whose keypoints lie ``errors`` pixels to the right of the truth; a box of ``side`` x ``side`` pixels."""
    truth = np.arange(2.0 * len(errors)).reshape(1, -1, 2)
    predicted = truth.copy()
    predicted[0, :, 0] += errors
    return dict(
        gt_instances=dict(
            keypoints=truth,
            keypoints_visible=np.ones((1, len(errors))) if visible is None else np.array([visible]),
            bboxes=np.array([[5.0, 5.0, 5.0 + side, 5.0 + side]]),
        ),
        pred_instances=dict(keypoints=predicted, keypoint_scores=np.array([scores])),
    )


def measure(*samples):
    metric = ScoreRankMetric()
    metric.process({}, samples)
    return metric.evaluate(len(samples))


def test_fifths_of_the_ranked_scores():
    metrics = measure(
        sample([1, 2, 3, 4, 5], [0.9, 0.8, 0.7, 0.6, 0.5]),
        sample([12, 14, 16, 18, 20], [0.45, 0.35, 0.25, 0.05, 0.15], side=20.0),  # errors 0.6 to 1.0
    )
    assert [metrics[f'score_rank/error_{i}'] for i in range(1, 6)] == pytest.approx([0.95, 0.75, 0.55, 0.35, 0.15])
    assert metrics['score_rank/ratio'] == pytest.approx(0.95 / 0.15)
    assert metrics['score_rank/spearman'] == pytest.approx(-(1 - 6 * 2 / (10 * 99)))  # two neighbours are swapped


def test_hidden_keypoints_do_not_count():
    metrics = measure(sample([1, 2, 3, 4, 5, 99], [0.9, 0.8, 0.7, 0.6, 0.5, 1.0], visible=[1, 1, 1, 1, 1, 0]))
    assert metrics['score_rank/error_5'] == pytest.approx(0.1) and metrics['score_rank/spearman'] == pytest.approx(-1)


def test_constant_scores_tell_nothing():
    metrics = measure(sample([1, 2, 3, 4, 5], [1.0] * 5))
    assert metrics['score_rank/spearman'] == 0 and metrics['score_rank/ratio'] == pytest.approx(1)


def test_equal_scores_share_their_error():
    metrics = measure(sample([1, 2, 3, 4, 6], [0.9, 0.8, 0.5, 0.1, 0.1]))
    assert metrics['score_rank/error_1'] == metrics['score_rank/error_2'] == pytest.approx(0.5)


def test_mmengine_builds_it():
    register_all_modules()
    assert isinstance(Evaluator([dict(type='ScoreRankMetric')]).metrics[0], ScoreRankMetric)


@pytest.fixture
def told(monkeypatch):
    """Lines that go to the log."""
    lines = []
    monkeypatch.setattr(score_rank_metric, 'print_log', lambda line, *others: lines.append(line))
    return lines


def test_a_diagnostic_ends_no_training(told):
    """With fewer keypoints than fifths it gives nothing, and one line says so."""
    assert measure(sample([1, 2, 3, 4], [0.1, 0.2, 0.3, 0.4])) == {}
    assert measure() == {}
    assert told[0].startswith('ScoreRankMetric gives nothing: 4 visible keypoints have a truth, 5 are needed')
    assert len(told) == 2


def test_boxes_of_a_detector_have_no_truth(told):
    """MMPose fills in zeros, all of them visible, for their keypoints."""
    five = [1, 2, 3, 4, 5], [0.9, 0.8, 0.7, 0.6, 0.5]
    detected = sample(*five)
    detected['gt_instances']['keypoints'] = np.zeros((1, 5, 2))
    assert measure(detected, detected) == {}
    assert 'people in boxes of a detector (bbox_file) have none' in told[0]
    assert measure(detected, sample(*five)) == measure(sample(*five)) != {}


def test_people_that_cannot_be_compared_are_left_out(told):
    """Bottom-up models find other people than are true, in another order; a box may have no area; a truth may be missing."""
    five = [1, 2, 3, 4, 5], [0.9, 0.8, 0.7, 0.6, 0.5]
    others, flat, without, empty = (sample(*five) for _ in range(4))
    others['pred_instances'] = {name: np.repeat(value, 3, 0) for name, value in others['pred_instances'].items()}
    flat['gt_instances']['bboxes'][0, 2] = flat['gt_instances']['bboxes'][0, 0]
    without['gt_instances'] = {}
    del empty['gt_instances']['bboxes']
    assert measure(others, flat, without, empty) == {}
    assert measure(others, flat, without, empty, sample(*five)) == measure(sample(*five))


def test_nan_is_no_score():
    with pytest.raises(DivergedError, match=r'the prediction is NaN or infinite \(keypoint_scores\)'):
        measure(sample([1, 2, 3, 4, 5], [0.1, 0.2, 0.3, 0.4, np.nan]))
