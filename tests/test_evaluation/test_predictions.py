"""Predictions that are NaN or infinite reach no metric of ours."""

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData
from mmpose.registry import METRICS
from mmpose.structures import PoseDataSample
from mmpose.utils import register_all_modules

from pose_plugins.evaluation import HalpeJointEvaluator
from pose_plugins.evaluation.predictions import FIELDS, check_finite
from pose_plugins.utils.errors import DivergedError, InputError


def sample(count=17, **changed):
    """A data sample whose prediction is finite but for what is changed."""
    predicted = dict(
        keypoints=np.zeros((1, count, 2)),
        keypoint_scores=np.ones((1, count), np.float32),
        bboxes=np.ones((1, 4)),
        bbox_scores=np.ones(1),
    )
    meta = dict(img_path='a/1.jpg', id=7, img_id=1, ori_shape=(9, 9), dataset_name='halpe', raw_ann_info={})
    result = PoseDataSample(metainfo=meta)
    result.pred_instances = InstanceData(**{**predicted, **changed})
    result.gt_instances = InstanceData(
        bboxes=predicted['bboxes'], bbox_scores=np.ones(1), keypoints=predicted['keypoints']
    )
    return result


@pytest.mark.parametrize('field', FIELDS)
@pytest.mark.parametrize('number', [np.nan, np.inf, -np.inf])
def test_any_of_its_numbers(field, number):
    values = sample().pred_instances.get(field).copy()
    values.flat[-1] = number
    message = rf'^a/1.jpg, annotation 7: the prediction is NaN or infinite \({field}\), it cannot be evaluated$'
    for wrong in (
        sample(**{field: values}),
        sample(**{field: torch.from_numpy(values)}),
        sample(**{field: values}).to_dict(),
    ):
        with pytest.raises(DivergedError, match=message):
            check_finite([sample(), wrong])


def test_finite_ones_pass():
    empty = PoseDataSample()
    empty.pred_instances = InstanceData(keypoints=np.zeros((0, 17, 2)), keypoint_scores=np.zeros((0, 17)))
    check_finite([sample(), sample().to_dict(), PoseDataSample(), empty])


@pytest.mark.parametrize(
    'metric', ['PersonScoreCocoMetric', 'PersonScoreCocoWholeBodyMetric', 'HalpeMetric', 'ScoreRankMetric']
)
def test_our_metrics_called_directly(metric):
    """As an offline evaluation of dumped predictions does, without the hook."""
    register_all_modules()
    metric = METRICS.build(dict(type=metric))
    with pytest.raises(DivergedError, match='annotation 7'):
        metric.process({}, [sample(keypoint_scores=np.full((1, 17), np.nan)).to_dict()])


def test_the_evaluator_of_several_data_sets():
    register_all_modules()
    evaluator = HalpeJointEvaluator([dict(type='EPE')], [dict(type='HalpeDataset')])
    with pytest.raises(DivergedError, match='annotation 7'):
        evaluator.process([sample(136, keypoints=np.full((1, 136, 2), np.nan))])
    nameless = sample(136).to_dict()
    del nameless['dataset_name']
    with pytest.raises(InputError, match="meta_keys must have 'dataset_name'"):
        evaluator.process([nameless])
