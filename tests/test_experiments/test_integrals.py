"""The comparison of integrals: its measurements on cases worked out by hand, and one small run from end to end."""

import json

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData
from mmpose.structures import PoseDataSample
from mmpose.utils import register_all_modules

from pose_plugins.experiments import integrals
from pose_plugins.experiments.integral_measures import _average_precision, _measure
from pose_plugins.experiments.integrals import compare_integrals
from pose_plugins.utils.errors import InputError
from pose_plugins.utils.tables import shown


def test_what_is_measured_of_a_batch():
    heatmaps = torch.zeros(1, 2, 2, 4)
    heatmaps[0, 1, 1, 2] = np.log(3.0)
    predicted = dict(heatmaps=heatmaps, keypoints=torch.tensor([[[0.5, 0.5], [0.25, 0.5]]]))
    label = InstanceData(keypoint_labels=torch.tensor([[[0.25, 0.9], [0.25, 0.1]]]))
    label.keypoint_weights = torch.tensor([[1.0, 0.0]])
    place, error, visible, sigmoid, softmax = _measure(predicted, [label])
    np.testing.assert_allclose(place, [[0.25, 0.25]])
    np.testing.assert_allclose(error, [[1, 0]])  # pixels of a heatmap that is 4 wide
    assert visible.tolist() == [[True, False]]
    np.testing.assert_allclose(sigmoid, [[0.5, 0.75]])
    np.testing.assert_allclose(softmax, [[1 / 8, 3 / 10]], rtol=1e-6)


def test_average_precision_depends_on_the_ranking():
    """Two people, one found and one missed by far: the order of the two decides the precision at the first recall."""
    register_all_modules()
    metainfo = dict(
        sigmas=np.full(3, 0.05), num_keypoints=3, dataset_name='two people', CLASSES=[dict(id=1, name='person')]
    )
    samples = []
    for i, offset in enumerate((0, 300)):
        truth = np.array([[[10.0, 10], [40, 40], [70, 20]]])
        visible = np.full((1, 3, 1), 2.0)
        sample = PoseDataSample(
            metainfo=dict(
                id=i,
                img_id=i,
                ori_shape=(100, 100),
                raw_ann_info=dict(
                    id=i + 1,
                    image_id=i,
                    category_id=1,
                    bbox=[0, 0, 100, 100],
                    area=5000,
                    iscrowd=0,
                    keypoints=np.concatenate([truth, visible], -1).ravel().tolist(),
                ),
            )
        )
        sample.gt_instances = InstanceData(bbox_scores=np.ones(1), bbox_scales=np.full((1, 2), 100.0))
        sample.pred_instances = InstanceData(keypoints=truth + offset, keypoint_scores=np.ones((1, 3)))
        sample.pred_instances.bbox_scores = np.ones(1)  # a model copies those of the boxes
        samples.append(sample)
    assert _average_precision(samples, [0.9, 0.1], metainfo) == pytest.approx(
        51 / 101
    )  # recall up to one half, 101 points
    assert _average_precision(samples, [0.1, 0.9], metainfo) == pytest.approx(51 / 101 / 2)


@pytest.mark.slow
def test_one_variant_from_end_to_end(synthetic_coco, configs, tmp_path, monkeypatch):
    (config,) = (configs / 'alphapose').glob('*_synthetic-*.py')
    monkeypatch.setattr(integrals, 'VARIANTS', {'integral, softmax': integrals.VARIANTS['integral, softmax']})
    options = {f'{loader}_dataloader.dataset.data_root': f'{synthetic_coco}/' for loader in ('train', 'val', 'test')}
    options.update({'train_cfg.max_epochs': 1, 'param_scheduler.1.end': 1})
    table = compare_integrals(config, tmp_path, seeds=[3], options=options)
    ((result,),) = json.loads((tmp_path / 'comparison.json').read_text()).values()
    assert (
        0 <= result['AP by none'] <= 1 and {'coco/AP after epoch 1', 'error x left', 'size by sigmoid'} <= result.keys()
    )
    assert f'| error x left | {shown(result["error x left"])} |' in table.read_text()
    assert (tmp_path / 'comparison.png').stat().st_size > 10000
    log = next(tmp_path.glob('*_seed-3/train.log')).read_text()
    assert 'seed: 3' in log.replace("'seed'", 'seed') and 'symmetric=False' in log


def test_people_must_be_there(configs, tmp_path):
    (config,) = (configs / 'alphapose').glob('*_synthetic-*.py')
    with pytest.raises(InputError, match='person_keypoints_train2017.json: no such annotation file'):
        compare_integrals(config, tmp_path, options={'train_dataloader.dataset.data_root': str(tmp_path)})


def test_other_heads_are_refused(hrnet_synthetic, tmp_path):
    with pytest.raises(InputError, match='has a HeatmapHead; only the integrals of a SIKRHead are compared'):
        compare_integrals(hrnet_synthetic, tmp_path)
