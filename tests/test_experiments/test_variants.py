"""Variants side by side: what is trained, what is only tested again, the table; bad input."""

import json
import subprocess
import sys

import pytest

from pose_plugins.experiments.variants import BASE, compare_variants
from pose_plugins.utils.errors import InputError


@pytest.fixture
def short(configs, synthetic_coco):
    """A config and the options that make it train for one epoch on a few people."""
    (config,) = (configs / 'poseur').glob('*_synthetic-*.py')
    options = {f'{loader}_dataloader.dataset.data_root': f'{synthetic_coco}/' for loader in ('train', 'val', 'test')}
    return config, {**options, 'train_cfg.max_epochs': 1, 'param_scheduler.1.end': 1, 'model.head.num_layers': 1}


@pytest.mark.slow
def test_from_end_to_end(short, tmp_path):
    config, options = short
    variants = {'no noise': {'model.head.noise': None}}
    table = compare_variants(
        config, tmp_path, variants, {'RLE score': {'model.head.decoder.score': 'rle'}}, seeds=[5], options=options
    )
    results = json.loads((tmp_path / 'variants.json').read_text())
    assert list(results) == [BASE, 'no noise', 'RLE score']
    (base,), (other,), (again,) = results.values()
    assert again['parameters (millions)'] == base['parameters (millions)']
    lines = table.read_text().splitlines()  # more measurements than variants: a row a measurement
    assert lines[0] == f'|  | {BASE} | no noise | RLE score |'
    assert lines[2] == f'| coco/AP | {base["coco/AP"]:.3f} | {other["coco/AP"]:.3f} | {again["coco/AP"]:.3f} |'
    assert lines[-1].startswith(f'| coco/AP, difference |  | {other["coco/AP"] - base["coco/AP"]:+.3f} | ')
    assert (tmp_path / 'variants.png').stat().st_size > 5000
    folder = tmp_path / f'{config.stem}_no-noise_seed-5'
    log = (folder / 'train.log').read_text()
    assert 'noise=None' in log and 'num_layers=1' in log
    before = (folder / 'result.json').stat().st_mtime_ns
    columns = ['score_rank/ratio', 'coco/AP']
    table = compare_variants(config, tmp_path, variants, seeds=[5], options=options, columns=columns)
    lines = table.read_text().splitlines()
    assert lines[0] == '|  | score_rank/ratio | coco/AP | score_rank/ratio, difference |'
    assert lines[2].endswith(f'| {base["coco/AP"]:.3f} |  |')
    with pytest.raises(InputError, match='coco/hand AP: was not measured; choose from coco/AP, '):
        compare_variants(config, tmp_path, {}, seeds=[5], options=options, columns=['coco/hand AP'])
    assert (folder / 'result.json').stat().st_mtime_ns == before  # what is done stays


def test_bad_input(short, tmp_path, configs):
    config, options = short
    with pytest.raises(InputError, match='a name is given twice'):
        compare_variants(config, tmp_path, {BASE: {}}, options=options)
    with pytest.raises(InputError, match='a name is given twice'):
        compare_variants(config, tmp_path, {'a': {}}, {'a': {}}, options=options)
    with pytest.raises(InputError, match='seeds: at least one is needed'):
        compare_variants(config, tmp_path, {}, seeds=[], options=options)
    with pytest.raises(InputError, match='a b, seed 0 and a-b, seed 0: would share the folder'):
        compare_variants(config, tmp_path, {'a b': {}, 'a-b': {}}, seeds=[0], options=options)
    tool = configs.parent / 'tools/compare_variants.py'
    command = [sys.executable, tool, config, '--out', tmp_path, '--variant', 'a=b']
    process = subprocess.run(command, capture_output=True, text=True)
    assert process.returncode == 1
    assert process.stderr.strip().splitlines()[-1] == 'error: variant a=b: give a name of its own, then KEY=VALUE ...'
