"""PCK by a length of the annotation, on a case worked out by hand."""

import numpy as np
import pytest
from mmpose.evaluation.functional import keypoint_pck_accuracy

from pose_plugins.evaluation import PCKMetric
from pose_plugins.evaluation.pck_metric import area, curve, pck
from pose_plugins.utils.errors import DivergedError, InputError, NothingMeasuredError

NAMES = 'left_hip', 'right_hip', 'neck', 'head_top'


def sample(errors, length=10.0, visible=(1, 1, 1, 1), **annotation):
    """A person whose keypoints lie ``errors`` pixels to the right of the truth."""
    truth = np.arange(8.0).reshape(1, 4, 2)
    predicted = truth.copy()
    predicted[0, :, 0] += errors
    return dict(
        id=7,
        raw_ann_info=dict(torso_size=length, **annotation),
        gt_instances=dict(keypoints=truth, keypoints_visible=np.array([visible])),
        pred_instances=dict(keypoints=predicted, keypoint_scores=np.ones((1, 4))),
    )


def measure(*samples, **arguments):
    metric = PCKMetric(**arguments)
    metric.dataset_meta = dict(keypoint_id2name=dict(enumerate(NAMES)))
    metric.process({}, samples)
    return metric.evaluate(len(samples))


def test_by_hand():
    # at most 0.2 of 10 and of 20 pixels: 2 and 4; the unlabelled one does not count
    figures = measure(
        sample([2.0, 2.1, 0.0, 5.0]),
        sample([4.0, 3.9, 4.1, 99.0], length=20.0, visible=(1, 1, 1, 0)),
        groups=dict(head=['neck', 'head_top']),
        per_joint=True,
    )
    assert figures['pck/PCK'] == pytest.approx(100 * 4 / 7)
    assert figures['pck/joint/left_hip'] == 100 and figures['pck/joint/right_hip'] == 50
    assert figures['pck/hip'] == 75
    assert figures['pck/head'] == pytest.approx((50 + 0) / 2)  # the mean of its keypoints
    assert 'pck/neck' not in figures


def test_people_without_a_length_are_counted_in_every_process():
    """None would be lost where processes bring their results together."""
    metric = PCKMetric()
    metric.dataset_meta = dict(keypoint_id2name=dict(enumerate(NAMES)))
    metric.process({}, [sample([0.0] * 4), sample([0.0] * 4, length=None)])
    assert len(metric.results) == 2 and all(result is not None for result in metric.results)
    assert metric.evaluate(2)['pck/PCK'] == 100
    metric.process({}, [sample([0.0] * 4, length=None)])
    with pytest.raises(NothingMeasuredError, match='none of 1 people has keypoints and a torso_size'):
        metric.evaluate(1)


def test_names_of_figures():
    metric = PCKMetric(per_joint=True, groups=dict(top=['neck', 'head_top']))
    metric.dataset_meta = dict(keypoint_id2name=dict(enumerate(NAMES)))
    assert {'PCK', 'AUC', 'top', 'hip', 'joint/neck'} <= set(metric.possible_names())
    assert len(metric.possible_names()) == 4 + len(NAMES)


def test_groups_by_name_and_head_sizes():
    one = sample([1.0, 3.0, 0.0, 0.0])
    del one['raw_ann_info']['torso_size']
    one['gt_instances']['head_size'] = np.array([4.0])
    figures = measure(one, scale='head_size', thr=0.5)
    assert figures['pck/hip'] == 50 and figures['pck/neck'] == 100 and figures['pck/head_top'] == 100


def test_area_below_the_curve():
    errors = np.array([0.05, 0.15, np.nan])
    thresholds, values = curve(errors, 0.2, steps=4)
    np.testing.assert_allclose(thresholds, [0, 0.05, 0.1, 0.15, 0.2])
    np.testing.assert_allclose(values, [0, 50, 50, 100, 100])
    assert area(np.zeros(3), 0.2) == 100
    assert area(np.ones(3), 0.2) == 0
    assert np.isnan(pck(np.array([np.nan]), 0.2))


def test_equals_mmpose():
    rng = np.random.default_rng(0)
    truth, predicted = rng.uniform(0, 50, (2, 20, 4, 2))
    lengths = rng.uniform(50, 100, 20)
    samples = [sample([0.0] * 4, length) for length in lengths]
    for one, t, p in zip(samples, truth, predicted):
        one['gt_instances']['keypoints'], one['pred_instances']['keypoints'] = t[None], p[None]
    norm = np.repeat(lengths[:, None], 2, 1)
    joints, mean, _ = keypoint_pck_accuracy(predicted, truth, np.ones((20, 4), bool), 0.2, norm)
    figures = measure(*samples, per_joint=True)
    assert figures['pck/PCK'] == pytest.approx(100 * mean)
    for name, value in zip(NAMES, joints):
        assert figures[f'pck/joint/{name}'] == pytest.approx(100 * value)


def test_people_without_the_length_are_left_out():
    without = sample([99.0] * 4)
    del without['raw_ann_info']['torso_size']
    assert measure(sample([0.0] * 4), without)['pck/PCK'] == 100
    with pytest.raises(InputError, match='none of 1 people has keypoints and a torso_size'):
        measure(without)


@pytest.mark.parametrize('length', [0.0, -1.0, float('nan')])
def test_lengths_are_positive(length):
    with pytest.raises(InputError, match='annotation 7: torso_size is .*must be a positive number of pixels'):
        measure(sample([0.0] * 4, length))


def test_bad_arguments_and_predictions():
    with pytest.raises(InputError, match='thr=0: must be positive'):
        PCKMetric(thr=0)
    with pytest.raises(InputError, match='groups.head: there is no keypoint nek; similar ones: neck'):
        measure(sample([0.0] * 4), groups=dict(head=['nek']))
    with pytest.raises(InputError, match='groups.head: is empty'):
        measure(sample([0.0] * 4), groups=dict(head=[]))
    with pytest.raises(InputError, match='groups.hip: lacks right_hip, which is of that name'):
        measure(sample([0.0] * 4), groups=dict(hip=['left_hip']))
    with pytest.raises(DivergedError, match='NaN or infinite'):
        measure(sample([np.nan, 0, 0, 0]))
