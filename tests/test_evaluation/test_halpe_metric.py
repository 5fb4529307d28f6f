"""AP of parts on people worked out by hand."""

import json

import numpy as np
import pytest

from pose_plugins.datasets.meta import dataset_meta
from pose_plugins.evaluation import HalpeMetric
from pose_plugins.evaluation.halpe_metric import KEYPOINT_GROUPS
from pose_plugins.utils.errors import InputError


@pytest.fixture
def truth(tmp_path):
    """Two people; the second has no hands annotated."""
    rng = np.random.default_rng(0)
    annotations = []
    for i in (1, 2):
        keypoints = np.concatenate([rng.uniform(0, 100, (136, 2)), np.full((136, 1), 2)], 1)
        if i == 2:
            keypoints[94:] = 0
        annotations.append(
            dict(
                id=i,
                image_id=i,
                category_id=1,
                iscrowd=0,
                bbox=[0, 0, 100, 100],
                area=5000,
                num_keypoints=int((keypoints[:, 2] > 0).sum()),
                keypoints=keypoints.ravel().tolist(),
            )
        )
    images = [dict(id=i, file_name=f'{i}.jpg', width=100, height=100) for i in (1, 2)]
    path = tmp_path / 'halpe.json'
    path.write_text(json.dumps(dict(images=images, annotations=annotations, categories=[dict(id=1, name='person')])))
    return path


def evaluate(truth, moved):
    """Predictions that are the truth, but for some keypoints of some people: person -> indices."""
    metric = HalpeMetric(ann_file=str(truth))
    metric.dataset_meta = {**dataset_meta('halpe'), 'CLASSES': [dict(id=1, name='person')]}
    for annotation in json.loads(truth.read_text())['annotations']:
        keypoints = np.reshape(annotation['keypoints'], (1, -1, 3))[..., :2].copy()
        keypoints[0, list(moved.get(annotation['id'], []))] += 500
        metric.process(
            {},
            [
                dict(
                    id=annotation['id'],
                    img_id=annotation['image_id'],
                    category_id=1,
                    gt_instances=dict(bbox_scales=np.full((1, 2), 100.0)),
                    pred_instances=dict(keypoints=keypoints, keypoint_scores=np.ones((1, 136)), bbox_scores=np.ones(1)),
                )
            ],
        )
    return metric.evaluate(2)


def test_all_right(truth):
    metrics = evaluate(truth, {})
    assert metrics['coco/AP'] == pytest.approx(1)
    for part in KEYPOINT_GROUPS:
        assert metrics[f'coco/{part} AP'] == pytest.approx(1) and metrics[f'coco/{part} AR'] == pytest.approx(1)


def test_one_part_of_one_person_wrong(truth):
    """One of two faces missed, at equal scores: 51 of 101 recall levels, at a precision of 1 or of 1/2."""
    metrics = evaluate(truth, {1: KEYPOINT_GROUPS['face']})
    assert metrics['coco/face AR'] == pytest.approx(0.5)
    assert 51 / 202 - 1e-6 <= metrics['coco/face AP'] <= 51 / 101 + 1e-6
    for part in ('body', 'foot', 'hand'):
        assert metrics[f'coco/{part} AP'] == pytest.approx(1)
    assert metrics['coco/AP'] < 1


def test_people_without_the_part_do_not_count(truth):
    metrics = evaluate(truth, {2: KEYPOINT_GROUPS['hand']})  # where nothing is annotated
    assert metrics['coco/hand AP'] == pytest.approx(1)
    assert evaluate(truth, {1: KEYPOINT_GROUPS['hand']})['coco/hand AP'] == pytest.approx(0)


def test_other_data_is_refused(truth):
    metric = HalpeMetric(ann_file=str(truth))
    metric.dataset_meta = dataset_meta('coco')
    with pytest.raises(InputError, match='HalpeMetric: the data set has 17 keypoints, Halpe has 136'):
        metric.compute_metrics([])
