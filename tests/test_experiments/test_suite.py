"""Suites: what they compare, of data of any kind; whose folder it is; and that nothing outlives them."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from pose_plugins.experiments.comparison import compare, metrics_of, write_comparison
from pose_plugins.experiments.runs import Run
from pose_plugins.experiments.suite import BASE, Suite
from pose_plugins.utils.errors import InputError

QUICK = {
    'train_cfg.max_epochs': 1,
    'train_cfg.val_interval': 1,
    'train_dataloader.batch_size': 8,
    'default_hooks.logger.interval': 1,
    'param_scheduler': [dict(type='CosineAnnealingLR', begin=0, end=1, by_epoch=True, convert_to_iter_based=True)],
}
RESULTS = {
    'one': [{'AP': 0.5, 'pixels': 100.0, 'extra': 1.0}, {'AP': 0.7, 'pixels': 300.0}],
    'two': [{'AP': 0.6, 'pixels': 5.0}, {'AP': 0.7, 'pixels': 5.0}],
}


def test_table_of_means_and_differences_by_hand():
    assert metrics_of(RESULTS) == ['AP', 'pixels']
    rows = compare(RESULTS, base='one')
    assert rows[0] == ['', 'AP', 'pixels', 'AP, difference']
    assert rows[1] == ['one', '0.600 (0.500 to 0.700)', '200 (100 to 300)', '']
    assert rows[2] == ['two', '0.650 (0.600 to 0.700)', '5.00 (5.00 to 5.00)', '+0.050 (+0.100, +0.000)']
    assert compare(RESULTS, ['AP']) == [['', 'AP'], [*rows[1][:2]], [*rows[2][:2]]]
    with pytest.raises(InputError, match='extra: was not measured; choose from AP, pixels'):
        compare(RESULTS, ['extra'])


def test_a_table_is_never_wider_than_high():
    rows = compare({'one': [dict(a=1, b=2, c=3)]})
    assert rows == [['', 'one'], ['a', '1.000'], ['b', '2.00'], ['c', '3.00']]


def test_names_are_as_short_as_can_be_told_apart(hrnet_synthetic, tmp_path):
    def names(**arguments):
        suite = Suite(tmp_path, **arguments)
        return [run.name for runs in suite.runs.values() for run in runs]

    one, two = dict(a=hrnet_synthetic), dict(a=hrnet_synthetic, b=hrnet_synthetic)
    fast = {BASE: {}, 'fast': {'optim_wrapper.optimizer.lr': 1.0}}
    assert names(configs=one) == ['a'] and names(configs=two) == ['a', 'b']
    assert names(configs=one, retests={'again': {}}) == [BASE]
    assert names(configs=one, settings=fast, seeds=(1, 2)) == [
        f'{name}, seed {seed}' for name in (BASE, 'fast') for seed in (1, 2)
    ]
    assert names(configs=two, settings=fast) == [f'a, {BASE}', 'a, fast', f'b, {BASE}', 'b, fast']
    suite = Suite(tmp_path, two, fast, seeds=(1, 2))
    run = suite.runs['b, fast'][1]
    assert run.config.optim_wrapper.optimizer.lr == 1.0 and run.config.randomness.seed == 2
    assert run.folder == tmp_path / 'b_fast_seed-2'


def test_folders_stay_when_something_joins_the_suite(hrnet_synthetic, tmp_path):
    """A suite that grows trains nothing again."""
    one, two = dict(a=hrnet_synthetic), dict(a=hrnet_synthetic, b=hrnet_synthetic)
    more = dict(settings={BASE: {}, 'no noise/flip': {}}, retests={'again': {}})
    for suite in (
        Suite(tmp_path, one),
        Suite(tmp_path, two),
        Suite(tmp_path, one, **more),
        Suite(tmp_path, two, **more),
    ):
        assert next(iter(suite.runs.values()))[0].folder == tmp_path / 'a'
    folders = [runs[0].folder.name for runs in suite.runs.values()]
    assert folders == ['a', 'a_no-noise-flip', 'b', 'b_no-noise-flip']


def test_settings_are_the_same_for_all_seeds(hrnet_synthetic, tmp_path):
    loop = dict(_delete_=True, type='IterBasedTrainLoop', max_iters=4)
    trained = dict(configs=dict(a=hrnet_synthetic), seeds=(1, 2), options={'train_cfg': loop})
    (runs,) = Suite(tmp_path, **trained).runs.values()
    assert all(run.config.train_cfg == dict(type='IterBasedTrainLoop', max_iters=4) for run in runs)
    suite = Suite(
        tmp_path, dict(a=hrnet_synthetic), seeds=(1, 2), retests=dict(plain={'model.test_cfg': dict(_delete_=True)})
    )
    assert [run.config.model.test_cfg for run in suite._retests['plain']] == [{}, {}]


def test_names_that_are_taken(hrnet_synthetic, tmp_path):
    config = dict(a=hrnet_synthetic)
    with pytest.raises(InputError, match='seeds: at least one is needed'):
        Suite(tmp_path, config, seeds=())
    with pytest.raises(InputError, match=f'{BASE}: a name is given twice'):
        Suite(tmp_path, config, retests={BASE: {}})
    with pytest.raises(InputError, match='a b and a-b: would share the folder .*/a_a-b'):
        Suite(tmp_path, config, {'a b': {}, 'a-b': {}})
    assert Suite(tmp_path, {'..': hrnet_synthetic}, seeds=(1,)).runs['..'][0].folder == tmp_path / '_seed-1'


def five_keypoints(synthetic_coco, folder):
    """A user's own five keypoints in COCO's format, with a description of their own: the config's settings."""
    kept = [0, 9, 10, 15, 16]
    names = ['tip', 'left_hand', 'right_hand', 'left_foot', 'right_foot']
    for split in ('train', 'val'):
        content = json.loads((synthetic_coco / f'annotations/person_keypoints_{split}2017.json').read_text())
        content['categories'] = [dict(id=1, name='thing', keypoints=names, skeleton=[])]
        for annotation in content['annotations']:
            points = [annotation['keypoints'][3 * k : 3 * k + 3] for k in kept]
            annotation.update(keypoints=sum(points, []), num_keypoints=sum(point[2] > 0 for point in points))
        (folder / f'{split}.json').write_text(json.dumps(content))
    swaps = ['', 'right_hand', 'left_hand', 'right_foot', 'left_foot']
    meta = dict(
        dataset_name='things',
        paper_info={},
        keypoint_info={
            i: dict(name=name, id=i, color=[0, 255, 0], type='', swap=swap)
            for i, (name, swap) in enumerate(zip(names, swaps, strict=True))
        },
        skeleton_info={0: dict(link=('tip', 'left_hand'), id=0, color=[255, 0, 0])},
        joint_weights=[1.0] * 5,
        sigmas=[0.05] * 5,
    )
    options = {'model.head.out_channels': 5}
    for loader, split in (('train', 'train'), ('val', 'val'), ('test', 'val')):
        place = f'{loader}_dataloader.dataset'
        options.update({f'{place}.ann_file': str(folder / f'{split}.json'), f'{place}.metainfo': meta})
    return options


def mpii(root):
    """Settings with which a config for COCO reads MPII."""
    options = {'model.head.out_channels': 16, 'default_hooks.checkpoint.save_best': 'PCK'}
    for loader, split in (('train', 'train'), ('val', 'val'), ('test', 'val')):
        place = f'{loader}_dataloader.dataset'
        options.update({f'{place}.type': 'MpiiDataset', f'{place}.ann_file': f'annotations/mpii_{split}.json'})
        options.update({f'{place}.data_root': f'{root}/', f'{place}.data_prefix.img': 'images/'})
        if split == 'val':
            options[f'{place}.headbox_file'] = str(root / 'annotations/mpii_gt_val.mat')
    return {
        **options,
        'val_evaluator': [dict(type='MpiiPCKAccuracy')],
        'test_evaluator': [dict(type='MpiiPCKAccuracy')],
    }


def halpe(root):
    """Settings with which a config for COCO reads Halpe."""
    truth = str(root / 'annotations/halpe_val_v1.json')
    options = {'model.head.out_channels': 136, 'val_evaluator': [dict(type='HalpeMetric', ann_file=truth)]}
    pictures = dict(train='hico_20160224_det/images/train2015/', val='val2017/')
    for loader, split in (('train', 'train'), ('val', 'val'), ('test', 'val')):
        place = f'{loader}_dataloader.dataset'
        options.update({f'{place}.type': 'HalpeDataset', f'{place}.ann_file': f'annotations/halpe_{split}_v1.json'})
        options.update({f'{place}.data_root': f'{root}/', f'{place}.data_prefix.img': pictures[split]})
    return {**options, 'test_evaluator': options['val_evaluator']}


def run(suite):
    with suite.locked():
        return suite.run()


@pytest.mark.parametrize(
    'data, metric', [('own', 'coco/AP'), ('mpii', 'PCK'), pytest.param('halpe', 'coco/foot AP', marks=pytest.mark.slow)]
)
def test_the_driver_knows_no_data_and_no_metric(data, metric, request, hrnet_synthetic, synthetic_coco, tmp_path):
    options = dict(QUICK)
    if data == 'own':
        options.update(coco_root(synthetic_coco))
        options.update(five_keypoints(synthetic_coco, tmp_path))
    elif data == 'mpii':
        options.update(mpii(request.getfixturevalue('synthetic_mpii')))
    else:
        options.update(halpe(request.getfixturevalue('five_sets') / 'halpe'))
    suite = Suite(tmp_path / 'work', dict(mine=hrnet_synthetic), seeds=(3,), options=options)
    table = write_comparison(suite, 'own').read_text()
    results = json.loads((tmp_path / 'work/own.json').read_text())
    assert metric in metrics_of(results) and -1 <= results['mine'][0][metric] <= 100
    assert f'| {metric} | ' in table and '| GFLOPs | ' in table
    assert (tmp_path / 'work/own.png').stat().st_size > 10_000
    assert run(Suite(tmp_path / 'work', dict(mine=hrnet_synthetic), seeds=(3,), options=options)) == results


def coco_root(root):
    return {f'{loader}_dataloader.dataset.data_root': f'{root}/' for loader in ('train', 'val', 'test')}


def test_nothing_is_removed(hrnet_synthetic, synthetic_coco, tmp_path):
    """A folder that no training left is refused before anything is trained, and stays as it was."""
    options = {**QUICK, **coco_root(synthetic_coco)}
    mine = tmp_path / 'a/epoch_210.pth'
    mine.parent.mkdir()
    mine.write_text('months of work')
    with pytest.raises(InputError, match='/a: holds what no training of this command left there'):
        run(Suite(tmp_path, dict(a=hrnet_synthetic), options=options))
    assert mine.read_text() == 'months of work' and list(mine.parent.iterdir()) == [mine]
    (tmp_path / 'file').touch()
    with pytest.raises(InputError, match='file: cannot be written: File exists'):
        run(Suite(tmp_path / 'file', dict(a=hrnet_synthetic), options=options))
    # one that a training left and somebody added to is moved aside, whole
    (mine.parent / 'fingerprint').write_text('not what a training writes')
    with pytest.raises(InputError, match='/a: holds what no training of this command left there'):
        run(Suite(tmp_path, dict(a=hrnet_synthetic), options=options))
    (mine.parent / 'fingerprint').write_text('0' * 64)  # of another config
    training = Suite(tmp_path, dict(a=hrnet_synthetic), options=options).runs['a'][0]
    training.claim()
    assert (tmp_path / 'a.old1/epoch_210.pth').read_text() == 'months of work'
    assert [path.name for path in training.folder.iterdir()] == ['fingerprint']
    theirs = tmp_path / 'theirs/report.md'
    theirs.parent.mkdir()
    theirs.touch()
    with pytest.raises(InputError, match='theirs: holds report.md, which no command of this kind left there'):
        run(Suite(theirs.parent, dict(a=hrnet_synthetic), options=options))


@pytest.fixture
def one_run(hrnet_synthetic, synthetic_coco, tmp_path):
    """The run of a suite, its folder claimed."""
    suite = Suite(tmp_path / 'work', dict(a=hrnet_synthetic), options={**QUICK, **coco_root(synthetic_coco)})
    suite.runs['a'][0].claim()
    return suite.runs['a'][0]


def save(path, experiment):
    torch.save(dict(meta=dict(experiment_name=experiment, epoch=210, iter=1), state_dict={}), path)


def test_a_fingerprint_proves_no_checkpoint(one_run):
    """A training would go on from what lies beside it, and remove it then."""
    mine = one_run.folder / 'epoch_210.pth'
    save(mine, 'my own_20260101_000000')
    for content in (None, dict(state_dict={}), dict(meta=5)):
        if content is not None:
            torch.save(content, mine)
        before = mine.read_bytes()
        for call in (one_run.check_folder, one_run.claim):
            with pytest.raises(
                InputError, match=r'epoch_210.pth: was not written by the training of this folder'
            ) as error:
                call()
        assert '\n' not in str(error.value) and mine.read_bytes() == before
    mine.unlink()
    save(one_run.folder / 'epoch_1.pth', f'{one_run._experiment}_20260101_000000')
    (one_run.folder / 'epoch_2.pth').write_bytes(b'cut')
    one_run.claim()


def test_results_that_are_damaged_are_measured_again(one_run):
    assert one_run.result(lambda run: dict(AP=0.5)) == dict(AP=0.5)
    assert one_run.done and one_run.result(lambda run: pytest.fail('measured again')) == dict(AP=0.5)
    for content in (b'', b'{"AP": 0.', b'\xff', b'[1]', b'{"AP": "high"}'):
        (one_run.folder / 'result.json').write_bytes(content)
        assert not one_run.done and one_run.result(lambda run: dict(AP=0.25)) == dict(AP=0.25)


def test_links_and_places_that_are_none(hrnet_synthetic, synthetic_coco, tmp_path):
    options = {**QUICK, **coco_root(synthetic_coco)}

    def refused(work, message):
        with pytest.raises(InputError, match=message) as error:
            write_comparison(Suite(work, dict(a=hrnet_synthetic), options=options), 'x')
        assert '\n' not in str(error.value)

    loop = tmp_path / 'loop'
    loop.symlink_to(loop)
    refused(loop, 'loop: cannot be written: ')
    (tmp_path / 'file').write_text('mine')
    refused(tmp_path / 'file', 'file: cannot be written: ')
    refused(tmp_path / 'file/below', 'cannot be written: Not a directory')
    theirs = tmp_path / 'theirs'
    theirs.mkdir()
    (theirs / 'epoch_210.pth').touch()
    work = tmp_path / 'work'
    work.mkdir()
    (work / 'a').symlink_to(theirs)
    refused(work, '/a: holds what no training of this command left there')
    (work / 'a').unlink()
    (work / 'a').symlink_to(work / 'a')
    refused(work, 'work: holds a, which no command of this kind left there')
    (work / 'a').unlink()
    (work / 'b').symlink_to(work / 'a')
    with pytest.raises(InputError, match='a and b: would share the folder'):
        Suite(work, dict(a=hrnet_synthetic, b=hrnet_synthetic))
    assert [path.name for path in theirs.iterdir()] == ['epoch_210.pth'] and (tmp_path / 'file').read_text() == 'mine'


def test_tables_of_others_are_kept(hrnet_synthetic, synthetic_coco, tmp_path, monkeypatch):
    """Also where the folder is a suite's already, and before anything is trained."""
    suite = Suite(tmp_path, dict(a=hrnet_synthetic), options={**QUICK, **coco_root(synthetic_coco)})
    with suite.locked():
        pass
    monkeypatch.setattr(Run, 'train', lambda *_: pytest.fail('trained'))
    for name in ('variants.json', 'variants.csv', 'variants.md', 'variants.png'):
        (tmp_path / name).write_text('mine')
        with pytest.raises(InputError, match=f'{name}: is not as a command of this kind wrote it'):
            write_comparison(suite, 'variants')
        assert (tmp_path / name).read_text() == 'mine'
        (tmp_path / name).unlink()


def test_all_folders_are_looked_at_before_one_is_touched(hrnet_synthetic, synthetic_coco, tmp_path):
    (tmp_path / 'b').mkdir()
    (tmp_path / 'b/mine').touch()
    suite = Suite(tmp_path, dict(a=hrnet_synthetic, b=hrnet_synthetic), options={**QUICK, **coco_root(synthetic_coco)})
    with pytest.raises(InputError, match='/b: holds what no training'):
        run(suite)
    assert not (tmp_path / 'a').exists()


def test_bad_configs_and_data_are_told_before_anything_is_written(hrnet_synthetic, synthetic_coco, tmp_path):
    work = tmp_path / 'work'
    options = {**QUICK, **coco_root(synthetic_coco)}
    for change, message in (
        ({'model.head.out_channels': 16}, 'out_channels=16 does not fit the data, which has 17 keypoints'),
        ({'train_dataloader.dataset.ann_file': 'none.json'}, 'none.json: no such annotation file'),
        ({'test_evaluator': None}, 'has no test_evaluator'),
        (
            {'test_dataloader.dataset.type': 'CocoDatset'},
            'dataset.type: there is no dataset CocoDatset; similar ones: Coco',
        ),
        (
            {'test_dataloader.dataset.metainfo': dict(from_file='nowhere.py')},
            'nowhere.py: no such file of a description',
        ),
        ({'visualizer.vis_backends': [dict(type='TensorboardVisBackend')]}, 'vis_backends lacks LocalVisBackend'),
        ({'default_hooks.checkpoint': None}, 'default_hooks.checkpoint=None: there would be nothing to measure'),
    ):
        with pytest.raises(InputError, match=message):
            write_comparison(Suite(work, dict(a=hrnet_synthetic), options={**options, **change}), 'x')
        with pytest.raises(InputError, match=message):
            write_comparison(Suite(work, dict(a=hrnet_synthetic), retests=dict(again=change), options=options), 'x')
    assert not work.exists()


def test_iterations_moved_folders_and_what_evaluators_give(hrnet_synthetic, synthetic_coco, tmp_path, monkeypatch):
    """A training that counts iterations, whose evaluator gives more than numbers; its folder is moved afterwards."""
    (tmp_path / 'mine.py').write_text(
        'from mmengine.evaluator import BaseMetric\n'
        'from mmpose.registry import METRICS\n\n\n'
        '@METRICS.register_module()\n'
        'class Odd(BaseMetric):\n'
        '    def process(self, data_batch, data_samples):\n'
        '        self.results.append(1)\n\n'
        '    def compute_metrics(self, results):\n'
        "        return dict(count=len(results), names=['a'], text='x', nothing=None)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)  # beside the user's script
    config = tmp_path / 'td-hm_mine.py'
    config.write_text(
        f"_base_ = '{hrnet_synthetic}'\ncustom_imports = dict(imports=['pose_plugins', 'mine'], allow_failed_imports=False)\n"
    )
    options = {
        **coco_root(synthetic_coco),
        'train_cfg': dict(_delete_=True, type='IterBasedTrainLoop', max_iters=4, val_interval=2),
        'train_dataloader.sampler': dict(type='InfiniteSampler', shuffle=True),
        'train_dataloader.batch_size': 4,
        'log_processor.by_epoch': False,
        'default_hooks.logger.interval': 2,
        'default_hooks.checkpoint': dict(_delete_=True, type='CheckpointHook', by_epoch=False, interval=2),
        'param_scheduler': [],
        'val_evaluator': [dict(type='Odd')],
        'test_evaluator': [dict(type='Odd')],
    }
    suite = Suite(tmp_path / 'work', dict(a=config), options=options)
    write_comparison(suite, 'x')
    results = json.loads((tmp_path / 'work/x.json').read_text())
    assert results['a'][0]['count'] == 1 and not {'names', 'text', 'nothing'} & results['a'][0].keys()
    assert suite.runs['a'][0].log.curve('count')[0].tolist() == [2, 4]
    (tmp_path / 'work').rename(tmp_path / 'moved')
    (moved,) = Suite(tmp_path / 'moved', dict(a=config), options=options).runs['a']
    assert moved.checkpoint == str(tmp_path / 'moved/a/iter_4.pth')


def test_failures_of_a_training_are_told_in_one_line(hrnet_synthetic, synthetic_coco, tmp_path, monkeypatch):
    options = {**QUICK, **coco_root(synthetic_coco)}

    def told(command, **more):
        monkeypatch.setattr('pose_plugins.experiments.runs.COMMAND', ['-c', command])
        with pytest.raises(InputError) as error:
            run(Suite(tmp_path / 'work', dict(a=hrnet_synthetic), options={**options, **more}))
        assert '\n' not in str(error.value) and str(error.value).endswith(
            f'(the whole log is {tmp_path}/work/a/train.log)'
        )
        return str(error.value)

    # the line is told, whatever else writes into the log after it, or has before
    tell = 'from pose_plugins.utils.errors import *\nwith one_line_errors(): raise InputError("it broke")'
    noisy = f'import atexit; print("one"); atexit.register(print, "a library says good-bye"); {{}}\n{tell}'
    assert told(noisy.format('pass')).startswith('training a failed: it broke (')
    for bug in ('1 / 0', "import sys; print('error: not this'); sys.exit(3)"):
        assert told(bug).startswith('training a failed: why it did not tell in one line, the log ends with its error (')
    assert told('import os; os.kill(os.getpid(), 9)').startswith('training a was ended by SIGKILL (')
    assert told('pass').startswith('training a left no checkpoint (')
    monkeypatch.setattr(Run, 'checkpoint', 'epoch_1.pth')
    assert told('pass').startswith('training a left no log of its loss, as a LocalVisBackend writes')


DRIVER = """
import json, sys
from pathlib import Path
from pose_plugins.experiments.comparison import write_comparison
from pose_plugins.experiments.suite import Suite
from pose_plugins.utils.errors import one_line_errors
folder, config, options = sys.argv[1:]
with one_line_errors():
    write_comparison(Suite(Path(folder), dict(a=Path(config)), options=json.loads(options)), 'x')
"""


def start_driver(folder, config, options):
    command = [sys.executable, '-W', 'ignore', '-c', DRIVER, str(folder), str(config), json.dumps(options)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def trainings_in(folder):
    """Processes that train below a folder: what the system knows of them."""
    found = []
    for path in Path('/proc').glob('[0-9]*'):
        try:
            command = (path / 'cmdline').read_bytes().decode().split('\0')
            state = re.search(r'\) (\w)', (path / 'stat').read_text())[1]
        except (OSError, TypeError):  # ended meanwhile
            continue
        if (
            state != 'Z'
            and any('training_process' in part for part in command)
            and any(str(folder) in part for part in command)
        ):
            found.append(int(path.name))
    return found


def wait_for(condition, seconds):
    end = time.time() + seconds
    while time.time() < end:
        if condition():
            return True
        time.sleep(0.2)
    return False


@pytest.mark.skipif(not Path('/proc/self/stat').exists(), reason='looks for processes where Linux lists them')
@pytest.mark.parametrize(
    'ended_by',
    [signal.SIGTERM, *(pytest.param(each, marks=pytest.mark.slow) for each in (signal.SIGKILL, signal.SIGINT))],
)
def test_a_training_ends_with_its_driver(ended_by, hrnet_synthetic, synthetic_coco, tmp_path):
    options = {**QUICK, **coco_root(synthetic_coco), 'train_cfg.max_epochs': 10_000, 'train_dataloader.num_workers': 2}
    driver = start_driver(tmp_path, hrnet_synthetic, options)
    try:
        scalars = '*/*/vis_data/scalars.json'
        assert wait_for(lambda: any(path.stat().st_size for path in tmp_path.glob(scalars)), 120)
        assert trainings_in(tmp_path)
        if ended_by is signal.SIGKILL:  # a second one is refused, and leaves the first alone
            second = start_driver(tmp_path, hrnet_synthetic, options)
            _, said = second.communicate(timeout=120)
            assert second.returncode == 1
            assert said.strip().splitlines()[-1] == (
                f'error: {tmp_path}: another command is at work there; wait for it, or give another folder'
            )
            assert trainings_in(tmp_path)
        driver.send_signal(ended_by)
        driver.wait(30)
        assert wait_for(lambda: not trainings_in(tmp_path), 30)
    finally:
        driver.kill()
        for process in trainings_in(tmp_path):
            os.kill(process, signal.SIGKILL)
    if ended_by is signal.SIGKILL:  # its lock went with it: a driver of the same folder begins
        assert run(Suite(tmp_path, dict(a=hrnet_synthetic), options={**QUICK, **coco_root(synthetic_coco)}))
    elif ended_by is signal.SIGINT:
        assert driver.returncode == 130
        assert 'the same command goes on from here' in driver.stderr.read()
