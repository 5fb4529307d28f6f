"""The score of a person in AlphaPose's evaluation, and that nobody is left out."""

import json

import numpy as np
import pytest
from mmpose.registry import METRICS
from mmpose.utils import register_all_modules

from pose_plugins.utils.errors import InputError


@pytest.mark.parametrize(
    'name, keypoints', [('PersonScoreCocoMetric', 17), ('PersonScoreCocoWholeBodyMetric', 133), ('HalpeMetric', 136)]
)
def test_score_by_hand(name, keypoints, tmp_path):
    register_all_modules()
    file = str(tmp_path / 'written')
    metric = METRICS.build(
        dict(type=name, score_mode='alphapose', nms_mode='none', format_only=True, outfile_prefix=file)
    )
    metric.coco = object()  # the truth is not asked for
    metric.dataset_meta = dict(num_keypoints=keypoints, dataset_name='unseen', sigmas=np.ones(keypoints))
    scores = np.linspace(0, 0.8, keypoints)
    for i, box in enumerate((0.25, 0.5)):
        predicted = dict(keypoints=np.zeros((1, keypoints, 2)), keypoint_scores=scores[None])
        metric.process({}, [dict(id=i, img_id=1, pred_instances=predicted, gt_instances=dict(bbox_scores=[box]))])
    metric.evaluate(2)
    written = [person['score'] for person in json.loads((tmp_path / 'written.keypoints.json').read_text())]
    np.testing.assert_allclose(written, [0.25 + 0.4 + 1.0, 0.5 + 0.4 + 1.0])
    with pytest.raises(ValueError, match='score_mode'):
        METRICS.build(dict(type=name, score_mode='alphapos'))


@pytest.fixture
def crowd():
    """Truth of two people as COCO has it, and predictions: the first twice, 4 pixels apart, the second once."""
    draw = np.random.default_rng(0)
    poses = draw.uniform([0, 0], [100, 200], (2, 17, 2)) + np.array([[[0, 0]], [[300, 0]]])
    people = [
        dict(
            id=number + 1,
            image_id=1,
            category_id=1,
            iscrowd=0,
            num_keypoints=17,
            area=8000.0,
            bbox=[300 * number, 0, 100, 200],
            keypoints=np.concatenate([points, np.full((17, 1), 2)], 1).reshape(-1).tolist(),
        )
        for number, points in enumerate(poses)
    ]
    found = [(poses[0] - [2, 0], 0.8), (poses[0] + [2, 0], 0.8), (poses[1], 0.6)]
    return people, found


def evaluated(people, found, **settings):
    register_all_modules()
    metric = METRICS.build(dict(type='PersonScoreCocoMetric', score_mode='alphapose', **settings))
    metric.dataset_meta = dict(
        dataset_name='crowd', num_keypoints=17, sigmas=np.full(17, 0.05), CLASSES=[dict(id=1, name='person')]
    )
    for number, (points, score) in enumerate(found):
        left = points[None].min(1) - 5
        instances = dict(
            keypoints=points[None],
            keypoint_scores=np.full((1, 17), score),
            bboxes=np.concatenate([left, left + [110, 210]], 1),
            bbox_scores=np.ones(1),
        )
        sample = dict(
            id=number,
            img_id=1,
            ori_shape=(300, 500),
            pred_instances=instances,
            gt_instances=dict(bbox_scores=np.ones(1)),
            raw_ann_info=[] if number else people,
        )
        metric.process({}, [sample])
    return metric.evaluate(len(found))


def test_joined_poses_are_the_mean_and_no_false_ones(crowd):
    people, found = crowd
    plain, joined = evaluated(*crowd, nms_mode='none'), evaluated(*crowd, nms_mode='pose_nms')
    assert joined['coco/AP'] == pytest.approx(1.0)  # the mean of the two is the truth
    assert plain['coco/AP'] < 0.95  # two of the same, neither right
    apart = evaluated(*crowd, nms_mode='pose_nms', pose_nms=dict(matches=18, similarity=30.0))
    assert apart['coco/AP'] == pytest.approx(plain['coco/AP'])


def test_bad_arguments_in_one_line():
    register_all_modules()
    for settings, line in (
        (dict(nms_mode='pose_nms', pose_nms=dict(gamma=1)), 'pose_nms: PoseNMS has no gamma'),
        (dict(nms_mode='pose_nms', pose_nms=dict(matches=0)), 'matches=0: must be at least 1'),
        (dict(pose_nms=dict(matches=3)), "pose_nms: is of nms_mode='pose_nms', not of 'oks_nms'"),
    ):
        with pytest.raises(InputError, match=line):
            METRICS.build(dict(type='PersonScoreCocoMetric', **settings))
