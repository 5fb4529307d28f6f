"""A suite from its file to its report: who trains what, what is reported, and the command lines of a cluster."""

import csv
import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from pose_plugins.config import load_config
from pose_plugins.experiments.cluster import commands, slurm_array
from pose_plugins.experiments.run_suite import _suite_of, part_of_suite, report_suite, run_suite
from pose_plugins.experiments.runs import Run
from pose_plugins.experiments.side_by_side import Cost
from pose_plugins.experiments.suite_figures import _evaluated_after
from pose_plugins.experiments.suite_file import Claim, load_suite
from pose_plugins.experiments.suite_report import _costs
from pose_plugins.experiments.suite_tables import accuracy, claims, differences
from pose_plugins.experiments.workers import at_work
from pose_plugins.utils.errors import InputError

CONFIG = 'hrnet/td-hm_hrnet-w16_1xb32-30e_lsp-128x96.py'
METRIC = 'pck/PCK'


def write_suite(folder, data, **more):
    """A suite file of one config on a few people, with a claim and a published figure."""
    loaders = {'val_dataloader.dataset': 'lsp', 'test_dataloader.dataset': 'lsp'}
    content = dict(
        title='A small suite',
        about='Of a few people.',
        configs={'HRNet': CONFIG},
        data={str(data / 'lsp'): 'make it'},
        metric=METRIC,
        samples=8,
        seeds=[0, 1],
        retests={'without flip': {'model.test_cfg.flip_test': False}},
        options={
            **{f'{loader}.data_root': f'{data / name}/' for loader, name in loaders.items()},
            'train_dataloader.batch_size': 4,
            'train_dataloader.dataset.datasets': [
                dict(
                    type='LSPDataset',
                    data_mode='topdown',
                    data_root=f'{data / "lsp"}/',
                    ann_file='annotations/lsp_train.json',
                    data_prefix=dict(img='images/'),
                )
            ],
            'param_scheduler': [],
            'default_hooks.logger.interval': 1,
        },
        claims=[
            dict(
                text='Flipping helps.',
                source='table 1',
                published='+0.5 AP',
                better='as configured',
                worse='without flip',
            )
        ],
        published=[['HRNet', 'W32', 'COCO', 'AP', '74.4', 'table 1']],
        **more,
    )
    path = folder / 'small.py'
    path.write_text('\n'.join(f'{name} = {value!r}' for name, value in content.items()) + '\n')
    return load_suite(path)


def test_from_file_to_report(tmp_path, lsp_and_lspet, capsys):
    file = write_suite(tmp_path, lsp_and_lspet)
    folder = tmp_path / 'work'
    assert run_suite(part_of_suite(file, seeds=[1]), folder, file) is None
    assert '2 of 4 trainings and tests of small are done' in capsys.readouterr().out
    report = report_suite(file, folder)
    assert 'Not done yet: as configured (seed 0); without flip (seed 0).' in report.read_text()
    assert run_suite(file, folder) == report

    html, markdown = report.read_text(), (folder / 'report.md').read_text()
    results = json.loads((folder / 'results.json').read_text())
    assert {group: list(of) for group, of in results.items()} == {
        'as configured': ['0', '1'],
        'without flip': ['0', '1'],
    }
    with (folder / 'results.csv').open() as table:
        rows = {row[0]: row for row in csv.reader(table)}
    mean = sum(results['as configured'][seed][METRIC] for seed in '01') / 2
    assert rows['as configured'][1] == f'{mean:.1f}'
    for text in (html, markdown):
        for part in ('Of a few people.', 'Flipping helps.', '+0.5 AP', '74.4', 'occluded', 'neck', 'GFLOPs', 'worst'):
            assert part in text
        assert 'Not done yet' not in text
    assert not re.findall(r'(?:src|href)="(?!data:)', html)
    pictures = re.findall(r'!\[.*?\]\((.*?)\)', markdown)
    assert len(pictures) == 2 + 3 and all((folder / picture).is_file() for picture in pictures)
    costs = json.loads((folder / 'costs.json').read_text())['costs']['as configured']
    assert costs['training'] > 0 and costs['inference'] > 0

    # the weights may go, the report can be made again from what is known of each person
    for path in folder.glob('*/*.pth'):
        path.unlink()
    report.unlink()
    assert report_suite(file, folder).read_text().count('GFLOPs') == html.count('GFLOPs')
    (folder / 'costs.json').unlink()  # nor can speeds be measured: minutes are those of the trainings' logs
    assert 'GFLOPs' not in report_suite(file, folder).read_text()
    # results of another budget are none of this suite's, nor what is tested of their models
    with pytest.raises(InputError, match='no training of small is done yet'):
        report_suite(part_of_suite(file, samples=16), folder)
    run_suite(part_of_suite(file, seeds=[0], samples=12), folder, file)
    assert '2 of 4 trainings and tests of small are done' in capsys.readouterr().out
    told = report_suite(file, folder).read_text()
    assert 'Not done yet: as configured (seed 0); without flip (seed 0). Results of another config, other' in told
    (folder / 'report.md').write_text('mine')
    with pytest.raises(InputError, match='report.md: is not as a command of this kind wrote it'):
        run_suite(file, folder)


def test_people_of_a_detector_are_nobody_known(tmp_path, lsp_and_lspet, monkeypatch):
    """Their test gives the metrics alone: a report without single people, where it was an error after the training."""
    file = replace(write_suite(tmp_path, lsp_and_lspet), retests={}, claims=(), seeds=(0,))
    monkeypatch.setattr('pose_plugins.experiments.measure.has_truth', lambda truth: False)
    report = run_suite(file, tmp_path / 'work').read_text()
    assert 'Nothing is told of single people' in report and 'GFLOPs' in report and 'worst' not in report
    assert not (tmp_path / 'work/figures/thresholds.png').exists()


def test_several_processes_count(tmp_path, lsp_and_lspet):
    """The log tells the iterations of one of them."""
    file = write_suite(tmp_path, lsp_and_lspet)
    config = load_config(file.configs['HRNet'], file.options)
    config.train_dataloader.batch_size, config.train_cfg = 2, dict(max_epochs=4, val_interval=2)
    run = Run('x', config, tmp_path)
    assert run.samples_per_iteration == 2 and _evaluated_after(run, np.array([1])) == [2 * run.iterations // 4]
    (tmp_path / '.processes').write_text('2')
    each = -(-run.iterations // 8)  # of an epoch
    assert run.samples_per_iteration == 4
    assert _evaluated_after(run, np.array([2 * each - 1, 4 * each - 1])).tolist() == [2 * each, 4 * each]


def test_two_commands_may_begin_in_a_new_folder(tmp_path, lsp_and_lspet):
    file = write_suite(tmp_path, lsp_and_lspet)
    config = load_config(file.configs['HRNet'], file.options)
    for attempt in range(5):
        several = [Run('x', config, tmp_path / f'work{attempt}/x') for _ in range(4)]
        assert len({run.fingerprint for run in several}) == 1
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(Run.claim, several))
        assert (tmp_path / f'work{attempt}/x/fingerprint').read_text() == several[0].fingerprint


def test_nothing_is_moved_aside_beside_a_training_at_work(tmp_path, lsp_and_lspet):
    """The first folders were, until the one was met where another command is."""
    file = replace(write_suite(tmp_path, lsp_and_lspet), retests={}, claims=())
    folder = tmp_path / 'work'
    suite = _suite_of(file, folder)
    for run in suite._all():
        run.claim()
    with at_work(suite._all()[1].folder), pytest.raises(InputError, match='seed-1: .* trains there, by another config'):
        run_suite(replace(file, samples=12), folder)
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == ['HRNet_seed-0', 'HRNet_seed-1']


def test_costs_are_measured_once(tmp_path, monkeypatch):
    """They stay known without weights; what joins them is measured with all that have theirs."""
    calls = []

    def measured(runs):
        calls.append(sorted(runs))
        return {group: Cost(1.0, 2.0, None, None, 'a machine') for group in runs}

    monkeypatch.setattr('pose_plugins.experiments.suite_report.measure_costs', measured)
    path = tmp_path / 'costs.json'
    first, second = (SimpleNamespace(fingerprint=mark, checkpoint='epoch_1.pth') for mark in 'ab')
    moved = SimpleNamespace(fingerprint='c', checkpoint=None)
    assert _costs(path, {'moved': [moved]}) == {} and not path.exists()
    for done in ({'first': [first], 'moved': [moved]},) * 2:  # once, though one of them cannot be
        assert list(_costs(path, done)) == ['first']
    first.checkpoint = None
    assert list(_costs(path, {'first': [first], 'moved': [moved]})) == ['first'] and calls == [['first']]
    assert list(_costs(path, {'second': [second]})) == ['second'] and calls == [['first'], ['second']]
    path.write_text('[]')
    assert list(_costs(path, {'second': [second]})) == ['second'] and len(calls) == 3


def test_parts(tmp_path, lsp_and_lspet):
    file = write_suite(
        tmp_path, lsp_and_lspet, settings={'as configured': {}, 'fast': {'optim_wrapper.optimizer.lr': 1}}
    )
    part = part_of_suite(file, ['fast'], [3], 99, {'randomness.seed': 1})
    assert (
        list(part.settings) == ['fast'] and part.configs == file.configs and part.seeds == (3,) and part.samples == 99
    )
    assert part.options['randomness.seed'] == 1
    # tests with other settings are of the models of the first settings
    assert part.retests == {} and part_of_suite(file, ['as configured']).retests == file.retests
    with pytest.raises(InputError, match='fats is none of its configs or settings; similar ones: fast'):
        part_of_suite(file, ['fats'])
    with pytest.raises(InputError, match='seeds: -1=-1: must be at least 0'):
        part_of_suite(file, seeds=[-1])
    with pytest.raises(InputError, match='samples=0: must be at least 1'):
        part_of_suite(file, samples=0)
    with pytest.raises(InputError, match='no training of small is done yet'):
        report_suite(file, tmp_path / 'none')


def test_a_command_each_and_a_slurm_array(tmp_path):
    file = load_suite('coco')
    lines = commands(file, ['python', 'run_suite.py', 'coco'], ['--work-dir', 'my work'])
    assert len(lines) == len(file.configs) * len(file.seeds)
    for (name, path), line in zip(file.configs.items(), lines):
        gpus = load_config(path).auto_scale_lr.base_batch_size // load_config(path).train_dataloader.batch_size
        assert f'--processes {gpus} ' in line and f"'{name}'" in line or f' {name} ' in line
        assert line.endswith("--work-dir 'my work'")
    whole = load_suite('claims/poseur')
    (line,) = commands(part_of_suite(whole, ['as configured'], [2]), ['python', 'x'], whole=whole)
    assert line.startswith("python x --only Poseur 'as configured' --seeds 2 ")  # and not all settings
    script = tmp_path / 'array.sh'
    script.write_text(slurm_array(file, [f'echo {number} --processes 8' for number in range(len(lines))]))
    environment = dict(SLURM_ARRAY_TASK_ID='3', PATH='/usr/bin:/bin')
    assert subprocess.check_output(['bash', script], env=environment, text=True) == '3 --processes 8\n'
    assert f'--array=0-{len(lines) - 1}\n' in script.read_text() and '--gres=gpu:8\n' in script.read_text()


def test_tables_by_hand():
    results = {
        'one': {0: {METRIC: 70.0}, 1: {METRIC: 71.0}, 2: {METRIC: 72.0}},
        'two': {0: {METRIC: 75.0}, 1: {METRIC: 76.0}, 2: {METRIC: 77.5}},
        'three': {0: {METRIC: 70.5}, 1: {METRIC: 70.0}},
    }
    assert accuracy(results, METRIC)[1:] == [
        ['two', '76.2', '75.0', '77.5', '75.0, 76.0, 77.5'],
        ['one', '71.0', '70.0', '72.0', '70.0, 71.0, 72.0'],
        ['three', '70.2', '70.0', '70.5', '70.5, 70.0'],
    ]
    assert differences(results, METRIC)[1:] == [
        ['one, two', '-5.2', '-5.5 to -5.0', 'two is better'],
        ['one, three', '+0.2', '-0.5 to +1.0', 'too close to tell'],
        ['two, three', '+5.2', '+4.5 to +6.0', 'two is better'],
    ]
    errors = {group: {seed: {'300w/NME': of[METRIC]} for seed, of in each.items()} for group, each in results.items()}
    assert [row[0] for row in accuracy(errors, '300w/NME')[1:]] == ['three', 'one', 'two']  # less is better
    assert [row[-1] for row in differences(errors, '300w/NME')[1:]] == [
        'one is better',
        'too close to tell',
        'three is better',
    ]
    with pytest.raises(InputError, match='coco/AP: was not measured; choose from pck/PCK'):
        accuracy(results, 'coco/AP')
    file = load_suite('lsp')
    made = ('two', 'one'), ('one', 'two'), ('three', 'one'), ('one', 'absent')
    file = replace(file, claims=tuple(Claim('x', 'y', 'z', better, worse) for better, worse in made))
    verdicts = [row[-1] for row in claims(file, results)[1:]]
    assert verdicts == ['agrees', 'contradicts', 'too close to tell', 'not run yet']
    verdicts = [row[-1] for row in claims(replace(file, metric='300w/NME'), errors)[1:]]
    assert verdicts == ['contradicts', 'agrees', 'too close to tell', 'not run yet']
