"""The score of a person in AlphaPose's evaluation, and that nobody is left out."""

import numpy as np
import pytest
from mmpose.registry import METRICS
from mmpose.utils import register_all_modules


@pytest.mark.parametrize(
    'name, keypoints', [('PersonScoreCocoMetric', 17), ('PersonScoreCocoWholeBodyMetric', 133), ('HalpeMetric', 136)]
)
def test_score_by_hand(name, keypoints):
    register_all_modules()
    metric = METRICS.build(dict(type=name, score_mode='alphapose', nms_mode='none'))
    metric.coco = object()  # the truth is not asked for
    scores = np.linspace(0, 0.8, keypoints)
    for i, box in enumerate((0.25, 0.5)):
        predicted = dict(keypoints=np.zeros((1, keypoints, 2)), keypoint_scores=scores[None])
        metric.process({}, [dict(id=i, img_id=1, pred_instances=predicted, gt_instances=dict(bbox_scores=[box]))])
    people = [person for person, _ in metric.results]
    np.testing.assert_allclose([p['bbox_scores'][0] for p in people], [0.25 + 0.4 + 1.0, 0.5 + 0.4 + 1.0])
    assert metric.score_mode == 'bbox'  # which is that number
    plain = METRICS.build(dict(type=name))
    assert (plain.score_mode, plain.nms_mode) == ('bbox_keypoint', 'oks_nms')
    with pytest.raises(ValueError, match='score_mode'):
        METRICS.build(dict(type=name, score_mode='alphapos'))
