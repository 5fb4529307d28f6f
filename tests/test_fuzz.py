"""Readers of files, fed with damaged ones: a result or one line, never a traceback, a hang or a written half.

The examples are the same in every run, and as many as a minute allows.
"""

import faulthandler
import io
import json
from contextlib import contextmanager, redirect_stdout
from copy import deepcopy

import cv2
import numpy as np
import pytest
import torch
from coco_files import description
from damage import bounded, damaged, damaged_bytes, damaged_lines
from hypothesis import given
from hypothesis import strategies as st
from mmengine.structures import InstanceData
from mmpose.datasets.datasets.utils import parse_pose_metainfo
from mmpose.registry import DATASETS, METRICS
from mmpose.utils import register_all_modules

from pose_plugins.checkpoints import read_checkpoint
from pose_plugins.checkpoints.convert import SOURCES, convert_checkpoint
from pose_plugins.config import load_config
from pose_plugins.datasets.annotations import read_annotations
from pose_plugins.datasets.check import data_findings
from pose_plugins.datasets.coco_format.description import description_findings
from pose_plugins.datasets.coco_format.findings import Finding, refuse
from pose_plugins.datasets.part_statistics import FACE_AND_HANDS, collect_part_statistics, read_part_statistics
from pose_plugins.inference.sources import read_people
from pose_plugins.training.checks import check_config
from pose_plugins.utils.errors import InputError


@contextmanager
def a_result_or_one_line():
    """Neither a traceback, nor several lines, nor a hang, of which the process would die."""
    faulthandler.dump_traceback_later(30, exit=True)
    try:
        yield
    except InputError as error:
        assert str(error).strip()
        assert '\n' not in str(error)
    finally:
        faulthandler.cancel_dump_traceback_later()


def people(count=3, keypoints=17):
    """A small valid file in COCO's format."""
    rng = np.random.default_rng(0)
    images = [dict(id=i, file_name=f'{i}.jpg', width=64, height=48) for i in range(2)]
    annotations = [
        dict(
            id=i,
            image_id=i % 2,
            category_id=1,
            bbox=[4, 4, 40, 36],
            area=700.0,
            iscrowd=0,
            num_keypoints=keypoints,
            keypoints=[v for _ in range(keypoints) for v in (*rng.integers(5, 40, 2).tolist(), 2)],
        )
        for i in range(count)
    ]
    return dict(images=images, annotations=annotations, categories=[dict(id=1, name='person')])


@bounded(700)
@given(content=damaged(people()))
def test_annotations(tmp_path, content):
    path = tmp_path / 'a.json'
    path.write_text(json.dumps(content))
    with a_result_or_one_line():
        read_annotations(path)
    with a_result_or_one_line():
        read_people(path, ['0.jpg', '1.jpg'], 17)


@bounded(500)
@given(content=damaged_bytes(json.dumps(people(1)).encode()))
def test_bytes_of_annotations(tmp_path, content):
    path = tmp_path / 'a.json'
    path.write_bytes(content)
    with a_result_or_one_line():
        read_annotations(path)


@bounded(300)
@given(content=damaged(people(2, 136)))
def test_annotations_of_parts(tmp_path, content):
    path = tmp_path / 'halpe.json'
    path.write_text(json.dumps(content))
    with a_result_or_one_line():
        collect_part_statistics(path)


@bounded(500)
@given(content=damaged({part: [[0.1, -0.2, 0.3, 0.2, 0.5], [0.2, 0.1, 0.4, 0.3, 0.5]] for part in FACE_AND_HANDS}))
def test_part_statistics(tmp_path, content):
    path = tmp_path / 'parts.json'
    path.write_text(json.dumps(content))
    with a_result_or_one_line():
        statistics = read_part_statistics(path)
        assert all(np.isfinite(places).all() for places in statistics.values())


@bounded(500)
@given(content=damaged(description()))
def test_descriptions(content):
    """If not refused, it can be read and mirrors pairs."""
    with a_result_or_one_line():
        refuse(
            description_findings(content, 'metainfo') if isinstance(content, dict) else [Finding('metainfo', 'no dict')]
        )
        flip_indices = parse_pose_metainfo(content)['flip_indices']
        assert [flip_indices[i] for i in flip_indices] == list(range(len(flip_indices)))


@bounded(75)
@given(content=damaged([dict(image_id=i % 2, category_id=1, bbox=[4, 4, 40, 36], score=0.9) for i in range(3)]))
def test_detected_boxes(evaluated, content):
    """If not refused, they are read and are finite."""
    cfg, path = evaluated
    path.write_text(json.dumps(people()))
    boxes = path.with_name('boxes.json')
    boxes.write_text(json.dumps(content))
    cfg = deepcopy(cfg)
    cfg.val_dataloader.dataset.update(bbox_file=str(boxes), test_mode=True)
    with a_result_or_one_line():
        check_config(cfg, ['val'])
        with redirect_stdout(io.StringIO()):
            dataset = DATASETS.build({**cfg.val_dataloader.dataset, 'lazy_init': False})
        assert all(np.isfinite(dataset[i]['data_samples'].gt_instances.bboxes).all() for i in range(len(dataset)))


def checkpoint():
    """As a training writes it, small."""
    layer = torch.nn.Linear(2, 2)
    optimizer = torch.optim.Adam(layer.parameters())
    layer(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    return dict(
        meta=dict(epoch=1, iter=10, dataset_meta=dict(sigmas=np.ones(2), names=['a', 'b'])),
        state_dict={f'module.{name}': value for name, value in layer.state_dict().items()},
        optimizer=optimizer.state_dict(),
        message_hub=dict(log_scalars={}, runtime_info=dict(epoch=1), resumed_keys={}),
    )


@pytest.fixture(scope='module')
def checkpoint_bytes(tmp_path_factory):
    path = tmp_path_factory.mktemp('checkpoint') / 'a.pth'
    torch.save(checkpoint(), path)
    return path.read_bytes()


@bounded(500)
@given(data=st.data())
def test_bytes_of_checkpoints(tmp_path, checkpoint_bytes, data):
    path = tmp_path / 'a.pth'
    path.write_bytes(data.draw(damaged_bytes(checkpoint_bytes)))
    with a_result_or_one_line():
        read_checkpoint(path)


@bounded(400)
@given(content=damaged(checkpoint()), source=st.sampled_from(sorted(SOURCES)))
def test_content_of_checkpoints(tmp_path, content, source):
    path, result = tmp_path / 'a.pth', tmp_path / 'converted.pth'
    torch.save(content, path)
    with a_result_or_one_line():
        read_checkpoint(path)
    with a_result_or_one_line():
        convert_checkpoint(path, result, source)
    assert [file.name for file in tmp_path.iterdir()] == ['a.pth']  # it is none of theirs, and nothing was written


@bounded(75)
@given(data=st.data())
def test_text_of_configs(tmp_path, hrnet_synthetic, data):
    path = tmp_path / 'config.py'
    text = hrnet_synthetic.read_text().replace('../', f'{hrnet_synthetic.parent.parent}/')
    path.write_text(data.draw(damaged_lines(text)))
    with a_result_or_one_line():
        load_config(path)


@pytest.fixture(scope='module')
def evaluated(tmp_path_factory, hrnet_synthetic):
    """A config whose validation data are two people in two small pictures."""
    root = tmp_path_factory.mktemp('two')
    for name in ('0.jpg', '1.jpg'):
        cv2.imwrite(str(root / name), np.full((48, 64, 3), 127, np.uint8))
    register_all_modules()
    cfg = load_config(hrnet_synthetic)
    cfg.val_dataloader.dataset.update(data_root=f'{root}/', data_prefix=dict(img=''), ann_file='a.json')
    cfg.val_evaluator = [dict(type='CocoMetric', nms_mode='none')]
    return cfg, root / 'a.json'


@bounded(60)
@given(content=damaged(people()))
def test_what_passes_the_check_is_evaluated_as_it_is(evaluated, content):
    """Whatever is read without a word can be read, and gets an AP of 1 for itself."""
    cfg, path = evaluated
    path.write_text(json.dumps(content))
    with a_result_or_one_line():
        check_config(cfg, ['val'])
        findings = data_findings(cfg, ['val'])
        with redirect_stdout(io.StringIO()):
            dataset = DATASETS.build({**cfg.val_dataloader.dataset, 'lazy_init': False})
            samples = [dataset[i] for i in range(len(dataset))]
            metric = METRICS.build({**cfg.val_evaluator[0], 'ann_file': str(path)})
            metric.dataset_meta = dataset.metainfo
            metric.process([], [predicted_as_true(sample['data_samples']) for sample in samples])
            figures = metric.evaluate(len(samples))
        assert findings or figures['coco/AP'] in (1, -1)  # who has no box, say, is told of and left out


def predicted_as_true(sample):
    truth = sample.gt_instances
    sample.pred_instances = InstanceData(
        keypoints=truth.keypoints,
        keypoint_scores=np.ones(truth.keypoints.shape[:2], np.float32),
        bboxes=truth.bboxes,
        bbox_scores=truth.bbox_scores,
    )
    return sample.to_dict()
