"""The benchmark measures both paths of attention of a model that has them, and the one of another."""

import pytest
from mmengine.config import Config
from mmpose.utils import register_all_modules

from pose_plugins.experiments.speed import benchmark, speed_table
from pose_plugins.utils.errors import InputError


def synthetic(configs, method):
    register_all_modules()
    (path,) = (configs / method).glob('*_synthetic-*.py')
    return Config.fromfile(path)


def test_both_paths_of_a_transformer(configs):
    rows = benchmark(synthetic(configs, 'transpose'), batch_size=2, repeats=2)
    assert [(row.mode, row.attention) for row in rows] == [
        ('inference', 'fused'),
        ('inference', 'maps'),
        ('neck and head', 'fused'),
        ('neck and head', 'maps'),
        ('training step', 'fused'),
        ('training step', 'maps'),
    ]
    assert all(row.milliseconds > 0 and row.peak_megabytes >= 0 for row in rows)
    table = speed_table(rows)
    assert len(table) == 7 and 'of maps)' in table[1][2] and 'of maps)' not in table[2][2]


def test_a_model_without_attention(configs):
    rows = benchmark(synthetic(configs, 'hrnet'), batch_size=1, repeats=1, channels_last=True)
    assert [row.attention for row in rows] == ['none'] * 3


@pytest.mark.parametrize(
    'method, paths', [('alphapose', ['none']), ('poseur', ['fused', 'copies']), ('tfpose', ['fused', 'mmcv'])]
)
def test_models_that_predict_coordinates(configs, method, paths):
    rows = benchmark(synthetic(configs, method), batch_size=1, repeats=1)
    modes = ['inference', 'neck and head', 'training step']
    if method != 'alphapose':
        modes.insert(2, 'head')  # a neck of its own
    assert [(row.mode, row.attention) for row in rows] == [(mode, path) for mode in modes for path in paths]


def test_fused_attention_needs_less_memory(configs):
    """Where maps are large: at three times the resolution, they are most of what a training step holds."""
    cfg = synthetic(configs, 'transpose')
    cfg.codec.input_size = (384, 512)
    cfg.model.head.feature_size = (48, 64)
    cfg.model.head.dropout = 0.1
    memory = {row.attention: row.peak_megabytes for row in benchmark(cfg, 1, 1) if row.mode == 'training step'}
    assert memory['fused'] < 0.5 * memory['maps']


def test_bad_numbers(configs):
    with pytest.raises(InputError, match='batch_size=0: must be at least 1'):
        benchmark(synthetic(configs, 'hrnet'), batch_size=0, repeats=3)
    with pytest.raises(InputError, match='device nowhere: cannot be used'):
        benchmark(synthetic(configs, 'hrnet'), device='nowhere')


def test_the_config_stays_as_it_was(configs):
    cfg = synthetic(configs, 'hrnet')
    cfg.model.backbone.init_cfg = dict(type='Pretrained', checkpoint='torchvision://resnet50')
    benchmark(cfg, batch_size=1, repeats=1)
    assert cfg.model.backbone.init_cfg.type == 'Pretrained'
