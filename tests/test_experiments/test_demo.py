"""The main job in small: every part of it, its interruption, and the numbers it reports."""

import json
import re
from pathlib import Path

import pytest

from pose_plugins.experiments import run_demo
from pose_plugins.experiments.demo import find_methods
from pose_plugins.experiments.logs import TrainingLog
from pose_plugins.experiments.runs import Run
from pose_plugins.utils.errors import InputError

QUICK = {
    'train_cfg.max_epochs': 2,
    'train_cfg.val_interval': 1,
    'train_dataloader.batch_size': 8,
    'default_hooks.logger.interval': 1,
    'param_scheduler': [dict(type='CosineAnnealingLR', begin=0, end=2, by_epoch=True, convert_to_iter_based=True)],
}


@pytest.fixture(scope='module')
def demo(tmp_path_factory, configs):
    """A finished demo of HRNet on a few people: its work directory and how to call it again."""
    root = tmp_path_factory.mktemp('demo')

    def run(**changes):
        return run_demo(
            **{
                **dict(
                    configs=configs,
                    work_dir=root / 'work',
                    data_root=root / 'data',
                    people=(40, 10),
                    methods=['hrnet'],
                    options=QUICK,
                ),
                **changes,
            }
        )

    run()
    return root / 'work', run


def test_results(demo):
    work_dir, _ = demo
    results = json.loads((work_dir / 'results.json').read_text())
    assert list(results) == ['hrnet']
    (row,) = results['hrnet']
    assert 0 <= row['coco/AP'] <= row['coco/AP .5'] <= 1 and 0 <= row['coco/AR'] <= 1 and row['score_rank/ratio'] > 0
    assert 0.5 < row['parameters (millions)'] < 2 and 0.05 < row['GFLOPs'] < 0.3
    assert 8 <= row['people tested'] <= 10
    log = TrainingLog(work_dir / 'hrnet')
    assert log.steps.tolist() == list(range(1, len(log.steps) + 1)) and list(log.evaluations) == [
        len(log.steps) // 2,
        len(log.steps),
    ]
    assert row['training minutes'] == pytest.approx(log.seconds[-1] / 60)
    assert row['training people/s'] == pytest.approx(len(log.steps) * 8 / log.seconds[-1])


def test_report_is_one_self_contained_file(demo):
    work_dir, _ = demo
    html = (work_dir / 'report.html').read_text()
    assert html.count('<img src="data:image/') == 2
    assert not re.findall(r'(?:src|href)="(?!data:)', html)
    ((row,),) = json.loads((work_dir / 'results.json').read_text()).values()
    for text in (
        'hrnet',
        f'{row["coco/AP"]:.3f}',
        'GFLOPs',
        'people/s',
        'td-hm_hrnet-w16_1xb32-7e_synthetic-128x96.py',
    ):
        assert text in html
    markdown = (work_dir / 'report.md').read_text()
    for picture in re.findall(r'!\[.*?\]\((.*?)\)', markdown):
        assert (work_dir / picture).stat().st_size > 10000
    table = [line for line in markdown.splitlines() if line.startswith('|')]
    assert len({line.count('|') for line in table}) == 1 and len(table) == 2 + len(row)  # a row a measurement
    assert (work_dir / 'results.csv').read_text().splitlines()[0] == ',hrnet'


def test_a_finished_job_trains_nothing_again(demo, monkeypatch):
    work_dir, run = demo
    before = (work_dir / 'hrnet/result.json').stat().st_mtime_ns
    monkeypatch.setattr(Run, 'train', lambda *args: pytest.fail('trained again'))
    run()
    assert (work_dir / 'hrnet/result.json').stat().st_mtime_ns == before


def test_an_interrupted_job_goes_on(demo):
    """As if it had been stopped before it was measured, its log cut off in the writing: nothing is trained twice."""
    work_dir, run = demo
    (work_dir / 'hrnet/result.json').unlink()
    for scalars in (work_dir / 'hrnet').glob('*/vis_data/scalars.json'):
        lines = scalars.read_text().splitlines()
        half = next(i for i, line in enumerate(lines) if 'coco/AP' in line) + 1
        scalars.write_text('\n'.join(lines[:half]) + '\n{"loss": 0.3, "ti')  # a line cut off in the writing
    first = TrainingLog(work_dir / 'hrnet')
    assert len(first.evaluations) == 1
    run(options={**QUICK})
    again = TrainingLog(work_dir / 'hrnet')
    assert again.losses[: len(first.steps)].tolist() == first.losses.tolist()
    assert (work_dir / 'hrnet/result.json').exists()


@pytest.mark.slow
def test_a_changed_config_starts_anew(demo, capsys):
    work_dir, run = demo
    marker = work_dir / 'hrnet/marker'
    marker.touch()
    run(options={**QUICK, 'optim_wrapper.optimizer.lr': 1e-3})
    assert not marker.exists() and (work_dir / 'hrnet.old1/marker').exists()
    assert 'training starts anew; the old one is now' in capsys.readouterr().out


def test_a_failed_training_names_its_log(demo, tmp_path):
    _, run = demo
    with pytest.raises(InputError, match=r'training hrnet failed: .*the whole log is .*train.log'):
        run(work_dir=tmp_path, options={**QUICK, 'model.head.loss.loss_weight': float('nan')})
    assert not (tmp_path / 'report.html').exists()


def test_a_report_of_others_is_kept(demo, monkeypatch):
    """It is looked for before people are generated."""
    work_dir, run = demo
    monkeypatch.setattr('pose_plugins.experiments.demo.generate', lambda *_: pytest.fail('generated'))
    written = (work_dir / 'report.html').read_text()
    mine = written + '<!-- my notes -->'
    (work_dir / 'report.html').write_text(mine)
    with pytest.raises(InputError, match='report.html: is not as a command of this kind wrote it'):
        run()
    assert (work_dir / 'report.html').read_text() == mine
    (work_dir / 'report.html').write_text(written)
    with pytest.raises(InputError, match='work: people and trainings need a folder each'):
        run(data_root=work_dir)


def test_methods_join_by_having_a_synthetic_config(tmp_path):
    for name in ('tfpose', 'hrnet', 'other'):
        (tmp_path / name).mkdir()
        (tmp_path / name / 'td-x_net_1xb8-2e_synthetic-128x96.py').touch()
        (tmp_path / name / 'td-x_net_8xb8-2e_coco-256x192.py').touch()
    assert list(find_methods(tmp_path)) == ['hrnet', 'other', 'tfpose']
    assert list(find_methods(tmp_path, ['tfpose'])) == ['tfpose']
    with pytest.raises(InputError, match='no synthetic config of poseur in .*: there is hrnet, other, tfpose'):
        find_methods(tmp_path, ['poseur', 'hrnet'])
    (tmp_path / 'hrnet/td-x_second_1xb8-2e_synthetic-128x96.py').touch()
    with pytest.raises(InputError, match='several synthetic configs'):
        find_methods(tmp_path)
    with pytest.raises(InputError, match='no synthetic config of any method'):
        find_methods(Path(tmp_path / 'empty'))
