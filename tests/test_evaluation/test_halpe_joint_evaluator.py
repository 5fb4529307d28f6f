"""A model of 136 keypoints on five data sets: errors by hand, the truth as a perfect prediction, bad input."""

import numpy as np
import pytest
from mmengine.config import Config
from mmengine.runner import Runner
from mmengine.structures import InstanceData
from mmpose.registry import EVALUATORS
from mmpose.structures import PoseDataSample
from mmpose.utils import register_all_modules

from pose_plugins.datasets.halpe_keypoints import halpe_mapping
from pose_plugins.evaluation import HalpeJointEvaluator
from pose_plugins.utils.errors import InputError

METRICS = [
    dict(type='NME', norm_mode='keypoint_distance', prefix='300w'),
    [dict(type='PCKAccuracy', thr=0.2, prefix='freihand'), dict(type='EPE', prefix='freihand')],
]
SETS = [dict(type='Face300WDataset'), dict(type='FreiHandDataset')]


def sample(dataset, description, truth, error):
    """Converted truth, and a prediction that is off by ``error`` (x, y) where the data set has keypoints, else by 1000."""
    keypoints, visible = np.zeros((1, 136, 2)), np.zeros((1, 136))
    own = [halpe for _, halpe in halpe_mapping(description)]
    keypoints[0, own], visible[0, own] = truth, 1
    predicted = keypoints + 1000
    predicted[0, own] = truth + error
    result = PoseDataSample(metainfo=dict(dataset_name=dataset))
    result.gt_instances = InstanceData(
        keypoints=keypoints, keypoints_visible=visible, bboxes=np.array([[0.0, 0, 100, 50]])
    )
    result.pred_instances = InstanceData(keypoints=predicted, keypoint_scores=np.ones((1, 136)))
    return result


@pytest.fixture
def evaluator():
    register_all_modules()
    return HalpeJointEvaluator(METRICS, SETS)


def test_errors_by_hand(evaluator):
    """A face whose outer corners of the eyes, 36 and 45, are 50 apart; hands off by 5, and by 25 of a box 100 wide."""
    face = np.arange(68)[:, None] * [1.0, 0]
    face[45] = face[36] + [30, 40]
    hand = np.arange(21)[:, None] * [2.0, 1.0]
    evaluator.process([sample('300w', '300w', face, (3, 4)), sample('freihand', 'freihand2d', hand, (3, 4))])
    evaluator.process([sample('freihand', 'freihand2d', hand, (0, 25))])
    metrics = evaluator.evaluate(3)
    assert metrics['300w/NME'] == pytest.approx(5 / 50)
    assert metrics['freihand/EPE'] == pytest.approx((5 + 25) / 2)
    assert metrics['freihand/PCK'] == pytest.approx(0.5)


def perfect(data_sample):
    """The truth as the prediction."""
    truth = data_sample.gt_instances.keypoints
    data_sample.pred_instances = InstanceData(keypoints=truth.copy(), keypoint_scores=np.ones((1, 136)))
    return data_sample


def swapped(data_sample):
    """Left and right hand confused."""
    keypoints = perfect(data_sample).pred_instances.keypoints
    keypoints[:, 94:] = np.concatenate([keypoints[:, 115:], keypoints[:, 94:115]], axis=1)
    return data_sample


def test_the_truth_is_perfect_in_all_five(configs, five_sets):
    (path,) = (configs / 'alphapose/joint').glob('*_synthetic-halpe-joint-128x96.py')
    cfg = Config.fromfile(path)
    register_all_modules()
    roots = ('halpe', 'coco-wholebody', '300w', 'freihand', 'interhand')
    for dataset, root in zip(cfg.test_dataloader.dataset.datasets, roots):
        dataset.data_root = f'{five_sets / root}/'
    loader = Runner.build_dataloader(cfg.test_dataloader, seed=0)
    results = []
    for predict in (perfect, swapped):
        evaluator = EVALUATORS.build(cfg.test_evaluator)
        evaluator.dataset_meta = loader.dataset.metainfo
        for batch in loader:
            evaluator.process([predict(data_sample) for data_sample in batch['data_samples']], batch)
        results.append(evaluator.evaluate(len(loader.dataset)))
    right, wrong = results
    for name in ('coco/AP', 'coco/hand AP', 'coco-wholebody/AP'):
        assert right[name] == pytest.approx(1) and wrong[name] < 0.9, name
    for name in ('freihand', 'interhand'):
        assert right[f'{name}/PCK'] == 1 and right[f'{name}/EPE'] == 0
        assert right[f'{name}/AUC'] == pytest.approx(19 / 20)  # nothing is less than MMPose's first threshold, 0
        assert wrong[f'{name}/PCK'] < 0.5 and wrong[f'{name}/EPE'] > 10
    assert right['300w/NME'] == wrong['300w/NME'] == 0


def test_bad_input():
    register_all_modules()
    with pytest.raises(InputError, match='metrics of 1 data sets, but 2 data sets'):
        HalpeJointEvaluator(METRICS[:1], SETS)
    with pytest.raises(InputError, match='MpiiDataset: must be a data set of halpe, coco_wholebody'):
        HalpeJointEvaluator(METRICS, [SETS[0], dict(type='MpiiDataset')])
    with pytest.raises(InputError, match='Unknown: must be a data set of halpe'):
        HalpeJointEvaluator(METRICS, [SETS[0], dict(type='Unknown')])
    with pytest.raises(InputError, match='FreiHandDataset: is there twice'):
        HalpeJointEvaluator(METRICS, [SETS[1], SETS[1]])
