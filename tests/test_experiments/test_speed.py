"""The benchmark measures both paths of attention of a model that has them, its data, and whole steps."""

import csv
import json
import time
from contextlib import nullcontext

import pytest
import torch
from mmengine.config import Config
from mmpose.utils import register_all_modules

from pose_plugins.experiments import start_speed
from pose_plugins.experiments.made_up_people import crowd, made_up_data
from pose_plugins.experiments.pipeline_speed import REST, measure_pipeline
from pose_plugins.experiments.speed import benchmark
from pose_plugins.experiments.start_speed import measure_start
from pose_plugins.experiments.timing import Timing, in_turns, speed_table, write_timings
from pose_plugins.utils.errors import InputError

WHOLE = ['training step with data', 'test of crops', '- its network', '- its decoding']


def synthetic(configs, method):
    register_all_modules()
    (path,) = (configs / method).glob('*_synthetic-*.py')
    return Config.fromfile(path)


def of_attention(rows):
    return [(row.part, row.attention) for row in rows if row.attention]


def test_both_paths_of_a_transformer(configs):
    rows = benchmark(synthetic(configs, 'transpose'), batch_size=2, repeats=2)
    parts = ['inference', 'neck and head', 'training step', *WHOLE]
    assert of_attention(rows) == [(part, way) for part in parts for way in ('fused', 'maps')]
    assert all(row.milliseconds > 0 for row in rows)
    assert all(row.peak_megabytes >= 0 for row in rows if row.attention and not row.part.startswith('-'))
    table = speed_table(rows)
    (fused,) = [row for row in table if row[:2] == ['inference', 'fused']]
    (maps,) = [row for row in table if row[:2] == ['inference', 'maps']]
    assert 'of maps)' in fused[2] and 'of maps)' not in maps[2]


def test_a_model_without_attention(configs):
    rows = benchmark(synthetic(configs, 'hrnet'), batch_size=2, repeats=2, channels_last=True)
    assert of_attention(rows) == [(part, 'none') for part in ['inference', 'neck and head', 'training step', *WHOLE]]
    of = {row.part: row for row in rows}
    data = [row for row in rows if row.part in ('- LoadImage', '- QuickFlip', '- TopdownAffine', '- GenerateTarget')]
    assert len(data) == 4 and all(0 < row.milliseconds < of['data'].milliseconds for row in data)
    parts = of['- its network'].milliseconds + of['- its decoding'].milliseconds
    assert parts == pytest.approx(of['test of crops'].milliseconds, rel=0.5)
    (product,) = [row for row in rows if row.part.startswith('matrix product')]
    # 2048^3 multiply-adds of the product; a training step takes three forward passes' arithmetic, a test by flipping two
    once = of['inference'].limit * of['inference'].milliseconds
    assert of['training step'].limit * of['training step'].milliseconds == pytest.approx(3 * once)
    assert of['- its network'].limit * of['- its network'].milliseconds == pytest.approx(2 * once)
    macs = once / product.milliseconds * 2048**3 / 2
    assert 0.05e9 < macs < 0.5e9  # of a small network at 128x96


@pytest.mark.parametrize(
    'method, paths', [('alphapose', ['none']), ('poseur', ['fused', 'copies']), ('tfpose', ['fused', 'mmcv'])]
)
def test_models_that_predict_coordinates(configs, method, paths):
    rows = benchmark(synthetic(configs, method), batch_size=1, repeats=1)
    parts = ['inference', 'neck and head', 'training step', *WHOLE]
    if method != 'alphapose':
        parts.insert(2, 'head')  # a neck of its own
    assert of_attention(rows) == [(part, path) for part in parts for path in paths]


def test_fused_attention_needs_less_memory(configs):
    """Where maps are large: at three times the resolution, they are most of what a training step holds."""
    cfg = synthetic(configs, 'transpose')
    cfg.codec.input_size = (384, 512)
    cfg.model.head.feature_size = (48, 64)
    cfg.model.head.dropout = 0.1
    for loader in (cfg.train_dataloader, cfg.test_dataloader):
        for step in loader.dataset.pipeline:
            if step.type == 'TopdownAffine':
                step.input_size = (384, 512)
            if step.type == 'GenerateTarget':
                step.encoder.update(input_size=(384, 512), heatmap_size=(96, 128))
    cfg.model.head.decoder.update(input_size=(384, 512), heatmap_size=(96, 128))
    memory = {row.attention: row.peak_megabytes for row in benchmark(cfg, 1, 1) if row.part == 'training step'}
    assert memory['fused'] < 0.5 * memory['maps']


def test_bad_numbers(configs):
    with pytest.raises(InputError, match='batch_size=0: must be at least 1'):
        benchmark(synthetic(configs, 'hrnet'), batch_size=0, repeats=3)
    with pytest.raises(InputError, match='device nowhere: cannot be used'):
        benchmark(synthetic(configs, 'hrnet'), device='nowhere')


def test_the_config_stays_as_it_was(configs):
    cfg = synthetic(configs, 'hrnet')
    cfg.model.backbone.init_cfg = dict(type='Pretrained', checkpoint='torchvision://resnet50')
    before = cfg.to_dict()
    benchmark(cfg, batch_size=1, repeats=1)
    assert cfg.to_dict() == before


def test_ways_take_turns_and_passes_tell_of_their_parts():
    order = []

    def work():
        order.append('work')
        time.sleep(0.002)
        return {'- half': 0.001}

    rows = in_turns({'work': work}, dict(a=nullcontext, b=nullcontext), 3, 8, torch.device('cpu'), {'- half': 0.25})
    assert [(row.part, row.attention, row.people) for row in rows] == [
        ('work', 'a', 8),
        ('work', 'b', 8),
        ('- half', 'a', 8),
        ('- half', 'b', 8),
    ]
    assert len(order) == 10  # warm-up, memory and three times, each way
    assert rows[0].milliseconds >= 2 and rows[0].limit is None
    assert rows[2].milliseconds == pytest.approx(1) and rows[2].limit == pytest.approx(0.25)


def test_the_table_by_hand(tmp_path):
    rows = [Timing('a', 'fused', 50.0, 10, 30.0, 0.5), Timing('a', 'maps', 100.0, 10, 60.0, 0.25), Timing('b', '', 0.5)]
    assert speed_table(rows)[1:] == [
        ['a', 'fused', '50 ms (0.50 of maps)', '200.0', '30 MB (0.50 of maps)', '50 %'],
        ['a', 'maps', '100 ms', '100.0', '60 MB', '25 %'],
        ['b', '', '0.50 ms', '', '', ''],
    ]
    for path in (tmp_path / 'out.json', tmp_path / 'out.csv'):
        write_timings({'one.py': rows}, 'a machine, busy', path)
    (first, *_) = json.loads((tmp_path / 'out.json').read_text())
    assert first['config'] == 'one.py' and first['milliseconds'] == 50 and first['machine'] == 'a machine, busy'
    records = list(csv.DictReader((tmp_path / 'out.csv').open()))
    assert [record['limit'] for record in records] == ['0.5', '0.25', ''] and records[2]['part'] == 'b'


def test_times_of_transforms_add_up(configs, tmp_path):
    """Those of data sets that are combined as well, and the pipelines are as they were afterwards."""
    cfg = synthetic(configs, 'hrnet')
    pipeline = cfg.train_dataloader.dataset.pipeline
    inner = dict(cfg.train_dataloader.dataset, pipeline=pipeline[:1])
    cfg.train_dataloader.dataset = dict(
        type='CombinedDataset',
        metainfo=dict(from_file='configs/_base_/datasets/coco.py'),
        datasets=[inner, inner],
        pipeline=pipeline[1:],
    )
    dataset = made_up_data(cfg.train_dataloader.dataset, 3, tmp_path)
    assert len(dataset) == 6
    before = [list(each.pipeline.transforms) for each in (dataset, *dataset.datasets)]
    took = measure_pipeline(dataset, range(6), repeats=3)
    assert list(took) == ['all', *dict.fromkeys(step.type for step in pipeline[1:] + pipeline[:1]), REST]
    assert sum(took.values()) == pytest.approx(2 * took['all'], rel=0.3)  # medians of each
    assert [list(each.pipeline.transforms) for each in (dataset, *dataset.datasets)] == before
    sample = dataset[0]
    assert sample['inputs'].shape == (3, 128, 96) and len(sample['data_samples'].gt_instances.keypoints[0]) == 17


def test_boxes_are_of_people():
    picture, boxes = crowd(9)
    assert picture.shape == (480, 640, 3) and boxes.shape == (9, 4)
    assert (boxes[:, 2:] - boxes[:, :2] > 30).all()
    assert (crowd(9)[1] == boxes).all()


def test_the_start_of_a_training(configs, synthetic_coco, tmp_path, monkeypatch):
    cfg = synthetic(configs, 'hrnet')
    with pytest.raises(InputError, match='person_keypoints_train2017.json'):
        measure_start(_elsewhere(cfg, tmp_path / 'nowhere'), 1)
    path = tmp_path / 'small.py'
    _elsewhere(cfg, synthetic_coco).dump(path)
    rows = measure_start(Config.fromfile(path), 1)
    assert [row.part for row in rows] == [
        'start of a training',
        '- imports',
        '- config',
        '- model, data sets and checks',
        '- first step',
    ]
    assert rows[0].milliseconds == pytest.approx(sum(row.milliseconds for row in rows[1:]))
    monkeypatch.setattr(start_speed.sys, 'executable', '/bin/false')
    with pytest.raises(InputError, match='no training begins: no word'):
        measure_start(Config.fromfile(path), 1)


def _elsewhere(cfg, root):
    """A config whose data lies there."""
    text = cfg.pretty_text.replace(cfg.data_root, f'{root}/')
    return Config.fromstring(text, '.py')
