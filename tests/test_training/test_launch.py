"""Training, resuming, testing and inference as users call them, on a handful of synthetic people."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from mmengine.config import Config
from mmpose.apis import MMPoseInferencer

from pose_plugins.checkpoints import read_checkpoint
from pose_plugins.training import launch, processes
from pose_plugins.utils.errors import InputError, one_line_errors


@pytest.fixture
def command_line(monkeypatch):
    """Call ``launch.train`` or ``launch.test`` with a command line."""

    def call(function, *arguments):
        monkeypatch.setattr(sys, 'argv', ['tool', *map(str, arguments)])
        return function()

    return call


def small(root, epochs=1):
    """Options for a training of seconds."""
    return [
        '--cfg-options',
        f'train_cfg.max_epochs={epochs}',
        'train_cfg.val_interval=1',
        'train_dataloader.num_workers=0',
        'train_dataloader.batch_size=8',
        'train_dataloader.persistent_workers=False',
        'val_dataloader.num_workers=0',
        'test_dataloader.num_workers=0',
        'val_dataloader.persistent_workers=False',
        'test_dataloader.persistent_workers=False',
        'default_hooks.logger.interval=1',
        *(f'{loader}_dataloader.dataset.data_root={root}/' for loader in ('train', 'val', 'test')),
    ]


@pytest.fixture(scope='module')
def trained(tmp_path_factory, hrnet_synthetic, synthetic_coco):
    """Work directory of a training of one epoch, resumed for a second."""
    work_dir = tmp_path_factory.mktemp('trained')
    with pytest.MonkeyPatch.context() as patch:
        for epochs, resume in ((1, []), (2, ['--resume'])):
            patch.setattr(
                sys,
                'argv',
                [
                    'train.py',
                    str(hrnet_synthetic),
                    '--work-dir',
                    str(work_dir),
                    *resume,
                    *small(synthetic_coco, epochs),
                ],
            )
            launch.train()
    return work_dir


def test_training_resumes_where_it_stopped(trained):
    entries = [
        json.loads(line) for path in trained.glob('*/vis_data/scalars.json') for line in path.read_text().splitlines()
    ]
    steps = [(entry['epoch'], entry['step']) for entry in entries if 'loss' in entry]
    assert [step for _, step in steps] == list(range(1, len(steps) + 1))  # every iteration once
    assert [epoch for epoch, _ in steps] == [1] * (len(steps) // 2) + [2] * (len(steps) // 2)
    assert (trained / 'last_checkpoint').read_text().endswith('epoch_2.pth')


def test_test_tool_gives_the_metric(command_line, trained, hrnet_synthetic, synthetic_coco, tmp_path):
    command_line(
        launch.test,
        hrnet_synthetic,
        trained / 'epoch_2.pth',
        '--work-dir',
        tmp_path,
        '--out',
        tmp_path / 'metrics.json',
        *small(synthetic_coco),
    )
    assert 0 <= json.loads((tmp_path / 'metrics.json').read_text())['coco/AP'] <= 1


def test_inferencer_reads_our_checkpoint(trained, hrnet_synthetic, synthetic_coco):
    inferencer = MMPoseInferencer(
        pose2d=str(hrnet_synthetic), pose2d_weights=str(trained / 'epoch_2.pth'), det_model='whole_image'
    )
    picture = next((synthetic_coco / 'val2017').iterdir())
    result = next(inferencer(str(picture), return_vis=False))
    person = result['predictions'][0][0]
    assert len(person['keypoints']) == len(person['keypoint_scores']) == 17


def test_a_checkpoint_of_another_model_is_refused(command_line, trained, hrnet_synthetic, synthetic_coco, tmp_path):
    checkpoint = read_checkpoint(trained / 'epoch_2.pth')
    checkpoint['state_dict']['head.final_layer.weight'] = torch.zeros(16, 16, 1, 1)
    torch.save(checkpoint, tmp_path / 'other.pth')
    message = (
        r'other.pth: not a checkpoint of this model, keys: '
        r'1 misshapen \(head.final_layer.weight is 16x16x1x1 instead of 17x16x1x1\)'
    )
    with pytest.raises(InputError, match=message):
        command_line(
            launch.test, hrnet_synthetic, tmp_path / 'other.pth', '--work-dir', tmp_path, *small(synthetic_coco)
        )
    with pytest.raises(InputError, match=message):
        command_line(
            launch.train,
            hrnet_synthetic,
            '--resume',
            tmp_path / 'other.pth',
            '--work-dir',
            tmp_path,
            *small(synthetic_coco),
        )


def test_resuming_runs_no_code_from_the_config_in_a_checkpoint(
    command_line, trained, hrnet_synthetic, synthetic_coco, tmp_path
):
    checkpoint = read_checkpoint(
        trained / 'epoch_1.pth' if (trained / 'epoch_1.pth').exists() else trained / 'epoch_2.pth'
    )
    checkpoint['meta']['config'] = f'open({str(tmp_path / "harm")!r}, "w")\n'
    torch.save(checkpoint, tmp_path / 'evil.pth')
    command_line(
        launch.train,
        hrnet_synthetic,
        '--resume',
        tmp_path / 'evil.pth',
        '--work-dir',
        tmp_path,
        *small(synthetic_coco, 2),
    )
    assert not (tmp_path / 'harm').exists()


@pytest.mark.parametrize(
    'name, content, message',
    [
        ('none.pth', None, 'none.pth: no such checkpoint file'),
        ('cut.pth', b'PK\x03\x04 and no more', 'cut.pth: damaged, or not a PyTorch checkpoint'),
    ],
)
def test_a_wrong_or_damaged_checkpoint_ends_in_one_line(
    command_line, capsys, hrnet_synthetic, tmp_path, name, content, message
):
    if content:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(SystemExit) as end, one_line_errors():
        command_line(launch.test, hrnet_synthetic, tmp_path / name, '--work-dir', tmp_path / 'work')
    assert str(end.value) == f'error: {tmp_path}/{message}'
    assert not (tmp_path / 'work').exists()


def test_a_damaged_last_checkpoint_is_named_when_resuming(command_line, hrnet_synthetic, tmp_path):
    (tmp_path / 'epoch_3.pth').write_bytes(b'')
    (tmp_path / 'last_checkpoint').write_text(str(tmp_path / 'epoch_3.pth'))
    with pytest.raises(InputError, match='epoch_3.pth: damaged'):
        command_line(launch.train, hrnet_synthetic, '--resume', '--work-dir', tmp_path)


def test_another_number_of_keypoints_ends_in_one_line(command_line, hrnet_synthetic, tmp_path):
    with pytest.raises(InputError, match='out_channels=16 does not fit the data, which has 17 keypoints') as error:
        command_line(
            launch.train,
            hrnet_synthetic,
            '--work-dir',
            tmp_path / 'work',
            '--cfg-options',
            'model.head.out_channels=16',
        )
    assert '\n' not in str(error.value)
    assert not (tmp_path / 'work').exists()


def test_the_first_start_of_a_resuming_job_is_from_what_the_config_names(command_line, hrnet_synthetic, tmp_path):
    fine_tune = tmp_path / 'td-hm_fine-tune.py'
    fine_tune.write_text(f"_base_ = '{hrnet_synthetic}'\nload_from = 'checkpoints/nowhere.pth'\n")
    with pytest.raises(InputError, match='nowhere.pth: no such checkpoint file'):
        command_line(launch.train, fine_tune, '--resume', '--work-dir', tmp_path / 'work')


def test_a_wrong_config_ends_in_one_line(command_line, tmp_path):
    with pytest.raises(InputError, match='none.py: no such config file'):
        command_line(launch.train, tmp_path / 'none.py')
    (tmp_path / 'typo.py').write_text('model = dict(\n')
    with pytest.raises(InputError, match='typo.py: cannot be read as a config') as error:
        command_line(launch.train, tmp_path / 'typo.py')
    assert '\n' not in str(error.value)


@pytest.mark.parametrize(
    'arguments, message',
    [
        (['--work-dir', 'file'], 'work_dir: file: is a file, and must be a folder'),
        (['--work-dir', 'loop'], 'work_dir: loop: is a link that leads nowhere'),
        (['--show-dir', 'file/a'], '--show-dir: file/a: .*file is a file, and must be a folder'),
        (['--show-dir', 'a', '--interval', '0'], 'interval=0: must be at least 1'),
        (['--launcher', 'pytorch'], '--launcher pytorch: is for processes that tools/dist_train.sh .* RANK, '),
        (['--launcher', 'slurm'], '--launcher slurm: is for processes that tools/slurm_train.sh .* SLURM_PROCID, '),
        (['--cfg-options', 'data_root=a/'], '--cfg-options data_root: would change nothing'),
        (['--auto-scale-lr', '--cfg-options', 'auto_scale_lr=None'], 'does not take the options given: '),
    ],
    ids=lambda value: ' '.join(value) if isinstance(value, list) else '',
)
def test_options_that_cannot_be(command_line, hrnet_synthetic, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    for name in ('RANK', 'SLURM_PROCID'):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / 'file').touch()
    (tmp_path / 'loop').symlink_to('loop')
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputError, match=message) as error:
        command_line(launch.train, hrnet_synthetic, *arguments)
    assert '\n' not in str(error.value) and sorted(tmp_path.iterdir()) == before


@pytest.mark.skipif(torch.cuda.is_available(), reason='is about machines without a GPU')
def test_mixed_precision_needs_a_gpu(command_line, hrnet_synthetic, tmp_path):
    with pytest.raises(InputError, match=r'AmpOptimWrapper.*: mixed precision \(--amp\) needs a GPU'):
        command_line(launch.train, hrnet_synthetic, '--amp', '--work-dir', tmp_path)


def test_predictions_are_dumped_whole_or_not_at_all(
    command_line, trained, hrnet_synthetic, synthetic_coco, tmp_path, monkeypatch
):
    test = [hrnet_synthetic, trained / 'epoch_2.pth', '--work-dir', tmp_path / 'work']
    for options, message in (
        (['--out', 'metrics.txt'], '--out: metrics.txt: must end in .json or'),
        (['--out', tmp_path], f'--out: {tmp_path}: must end in'),
        (['--dump', 'predictions.txt'], '--dump: predictions.txt: must end in .pkl or .pickle'),
    ):
        with pytest.raises(InputError, match=message):
            command_line(launch.test, *test, *options)
    dumped = tmp_path / 'new/predictions.pkl'

    def full(*_, **__):
        raise OSError(errno.ENOSPC, 'No space left on device')

    with monkeypatch.context() as patch, pytest.raises(InputError, match='No space left on device'):
        patch.setattr('mmengine.evaluator.metric.dump', full)
        command_line(launch.test, *test, '--dump', dumped, *small(synthetic_coco))
    assert not list(dumped.parent.glob('*'))
    command_line(launch.test, *test, '--dump', dumped, *small(synthetic_coco))
    assert [path.name for path in dumped.parent.iterdir()] == ['predictions.pkl'] and dumped.stat().st_size > 999


def run_script(script, *arguments, **environment):
    """Run a shell script of tools/ with this Python."""
    return subprocess.run(
        [str(script), *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, 'PYTHON': sys.executable, 'OMP_NUM_THREADS': '1', **environment},
    )


@pytest.mark.skipif(torch.cuda.is_available(), reason='is about machines without a GPU')
def test_dist_train_with_two_processes_on_the_cpu(repo, hrnet_synthetic, synthetic_coco, tmp_path):
    done = run_script(
        repo / 'tools/dist_train.sh', hrnet_synthetic, 2, '--work-dir', tmp_path, *small(synthetic_coco), PORT='29511'
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    log = next(tmp_path.glob('*/*.log')).read_text()
    assert 'Distributed training: True' in log and 'GPU number: 2' in log
    assert 'coco/AP' in log
    people = json.loads((synthetic_coco / 'annotations/person_keypoints_train2017.json').read_text())['annotations']
    share = (
        -(-sum(person['num_keypoints'] > 0 for person in people) // 2) // 8
    )  # batches of 8 for each of two processes
    assert f'[1][{share}/{share}]' in log


def test_scripts_say_how_they_are_called(repo):
    for name in ('dist_train', 'dist_test', 'slurm_train', 'slurm_test'):
        done = run_script(repo / f'tools/{name}.sh')
        assert done.returncode == 2 and done.stderr.startswith('usage: ') and done.stderr.count('\n') == 1


def test_slurm_scripts_hand_everything_on(repo, tmp_path):
    srun = tmp_path / 'srun'
    srun.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    srun.chmod(0o755)
    done = run_script(
        repo / 'tools/slurm_train.sh',
        'gpu',
        'job',
        'config.py',
        'work dir',
        '--amp',
        GPUS='16',
        SRUN_ARGS='--quotatype=auto --exclusive',
        PATH=f'{tmp_path}:{os.environ["PATH"]}',
    )
    arguments = done.stdout.splitlines()
    assert arguments[:2] == ['--partition=gpu', '--job-name=job'] and '--ntasks=16' in arguments
    assert '--quotatype=auto' in arguments and '--exclusive' in arguments
    assert arguments[-4:] == ['config.py', '--work-dir=work dir', '--launcher=slurm', '--amp']
    assert Path(arguments[-5]).name == 'train.py'


@pytest.mark.slow
def test_mim_trains_and_finds_our_models(hrnet_synthetic, synthetic_coco, tmp_path):
    mim = str(Path(sys.executable).parent / 'mim')
    options = ['--gpus', '0', *small(synthetic_coco)]
    pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    trainings = {
        package: subprocess.Popen(
            [mim, 'train', package, config, '--work-dir', str(tmp_path / package), *options], **pipes
        )
        for package, config in (('pose_plugins', hrnet_synthetic.name), ('mmpose', str(hrnet_synthetic)))
    }
    for package, training in trainings.items():
        out, error = training.communicate()
        assert 'Training finished successfully' in out, out[-2000:] + error[-2000:]
        assert (tmp_path / package / 'epoch_1.pth').exists()
    found = subprocess.run([mim, 'search', 'pose_plugins', '--model', 'hrnet'], **pipes)
    assert 'td-hm_hrnet-w48_4xb24-210e_coco-384x288' in found.stdout, found.stderr[-2000:]


def test_a_sampler_of_another_batch_ends_in_one_line(command_line, configs, tmp_path):
    (config,) = (configs / 'alphapose').glob('td-reg_fastpose-res50_sikr_*_halpe-joint-*.py')
    with pytest.raises(InputError, match='sampler.batch_size=48 and batch_size=16 must be the same'):
        command_line(
            launch.train, config, '--work-dir', tmp_path / 'work', '--cfg-options', 'train_dataloader.batch_size=16'
        )
    assert not (tmp_path / 'work').exists()


def test_processes_without_a_gpu_normalise_by_themselves(monkeypatch):
    """SyncBatchNorm is for GPUs; on CPUs it would end the training in its first step."""
    monkeypatch.setattr(processes.dist, 'is_initialized', lambda: True)
    monkeypatch.setattr(processes.torch.cuda, 'is_available', lambda: False)
    for launcher, left in (('pytorch', None), ('none', 'torch')):
        cfg = Config(dict(launcher=launcher, sync_bn='torch'))
        processes.use_cpu_processes(cfg)
        assert cfg.sync_bn == left


def test_processes_without_a_gpu_keep_what_the_config_says_of_them(monkeypatch):
    monkeypatch.setattr(processes.dist, 'is_initialized', lambda: True)
    monkeypatch.setattr(processes.torch.cuda, 'is_available', lambda: False)
    for given, expected in (
        ({}, dict(find_unused_parameters=False, broadcast_buffers=False)),
        (dict(find_unused_parameters=True), dict(find_unused_parameters=True, broadcast_buffers=False)),
        (
            dict(
                model_wrapper_cfg=dict(type='MMDistributedDataParallel', static_graph=True), find_unused_parameters=True
            ),
            dict(static_graph=True),
        ),
    ):
        cfg = Config(dict(launcher='pytorch', **given))
        processes.use_cpu_processes(cfg)
        assert cfg.model_wrapper_cfg == dict(type='MMDistributedDataParallel', device_ids=None, **expected)


def test_preprocess_cfg_is_the_preprocessor_of_a_model_without(command_line, hrnet_synthetic, tmp_path, monkeypatch):
    """As in MMPose's tool."""
    seen = []
    monkeypatch.setattr(
        launch, 'build_runner', lambda cfg, *others, **more: seen.append(cfg) or SimpleNamespace(train=int)
    )
    for model in (dict(_delete_=True, type='X'), dict(_delete_=True, type='X', data_preprocessor=dict(type='Own'))):
        path = tmp_path / 'config.py'
        path.write_text(f'_base_ = {str(hrnet_synthetic)!r}\nmodel = {model!r}\npreprocess_cfg = dict(type="Ours")\n')
        command_line(launch.train, path, '--work-dir', tmp_path / 'work')
    assert [cfg.model.data_preprocessor.type for cfg in seen] == ['Ours', 'Own']
