"""The benchmark of COCO's evaluation: same figures, and a table of both."""

import pytest

from pose_plugins.experiments import evaluation_speed
from pose_plugins.experiments.evaluation_speed import (
    EvaluationTime,
    evaluation_table,
    made_up_results,
    measure_evaluation,
)
from pose_plugins.utils.errors import InputError


@pytest.fixture(scope='module', autouse=True)
def registered():
    from mmpose.utils import register_all_modules

    register_all_modules()


def test_both_are_measured_on_results_that_say_something():
    rows = measure_evaluation(pictures=40, detections=400, repeats=1)
    assert [row.name for row in rows] == ['CocoMetric', 'QuickCocoMetric']
    assert all(row.evaluating > 0 for row in rows)
    truth, samples = made_up_results(300, 6000)
    assert len(samples) == 6000 and 250 < len(truth['annotations']) < 500
    assert {sample['img_id'] for sample in samples} <= {image['id'] for image in truth['images']}
    assert made_up_results(300, 6000)[0] == truth  # from a seed


def test_the_ratio_is_that_of_both_parts_together():
    rows = [EvaluationTime('a', 1.0, 9.0), EvaluationTime('b', 1.0, 1.0)]
    assert evaluation_table(rows)[1:] == [['a', '1.00 s', '9.00 s', '1.00'], ['b', '1.00 s', '1.00 s', '5.00']]


def test_other_figures_are_no_speed(monkeypatch):
    monkeypatch.setattr(evaluation_speed.METRICS.get('QuickCocoMetric'), 'evaluate', lambda self, size: {})
    with pytest.raises(RuntimeError, match='CocoMetric and QuickCocoMetric differ'):
        measure_evaluation(pictures=5, detections=20, repeats=1)
    with pytest.raises(InputError, match='detections=0'):
        measure_evaluation(detections=0)
