"""Whole-body data: the configs train, switch to jittered boxes and are evaluated, end to end, on people in both formats."""

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from mmengine.runner import Runner
from mmpose.utils import register_all_modules

from pose_plugins.datasets.meta import keypoint_names
from pose_plugins.training import launch

ROOTS = ('halpe', 'coco-wholebody', '300w', 'freihand', 'interhand')


def small(path, work_dir, batch_size):
    """A config with a very small network, that trains for two epochs, the second with jittered boxes."""
    register_all_modules()
    cfg = Config.fromfile(path)
    cfg.work_dir = str(work_dir)
    cfg.model.backbone.update(init_cfg=None, depth=18, stem_channels=8, base_channels=8, conv_dim=8)
    cfg.model.head.in_channels = 8
    cfg.train_cfg.update(max_epochs=2, val_interval=2)
    (insert,) = (hook for hook in cfg.custom_hooks if hook.type == 'InsertTransformHook')
    insert.epoch = 1
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        loader.update(num_workers=0, persistent_workers=False, batch_size=batch_size)
        for dataset in loader.dataset.get('datasets', [loader.dataset]):
            if 'bbox_file' in dataset:
                dataset.bbox_file = None
    return cfg


@pytest.mark.parametrize(
    'loss, data',
    [
        ('res50_sikr', 'coco-wholebody'),
        ('res50_combined', 'coco-wholebody'),
        ('res50-dcn_combined-hands', 'halpe'),
        ('res50_sikr', 'halpe26'),
    ],
)
def test_train_and_evaluate(loss, data, configs, five_sets, tmp_path):
    (path,) = (configs / 'alphapose').glob(f'td-reg_fastpose-{loss}_*_{data}-256x192.py')
    cfg = small(path, tmp_path, 6)
    root = five_sets / data.replace('26', '')
    for loader in (cfg.train_dataloader, cfg.val_dataloader):
        for dataset in loader.dataset.get('datasets', [loader.dataset]):
            dataset.data_root = f'{root}/'
    cfg.val_evaluator.ann_file = str(root / cfg.val_evaluator.ann_file.split('/', 2)[2])
    runner = Runner.from_cfg(cfg)
    runner.train()
    metrics = runner.val_loop.run()
    assert 0 <= metrics['coco-wholebody/AP' if data == 'coco-wholebody' else 'coco/AP'] <= 1
    assert 'BBoxJitter' in [type(t).__name__ for t in runner.train_dataloader.dataset.pipeline.transforms]


def joint_config(configs, five_sets, work_dir, loss='sikr'):
    """The joint training of a very small network on the synthetic sets."""
    (path,) = (configs / 'alphapose').glob(f'td-reg_fastpose-res50_{loss}_*_halpe-joint-256x192.py')
    cfg = small(path, work_dir, 9)
    cfg.train_dataloader.sampler.batch_size = 9
    for loader in (cfg.train_dataloader, cfg.test_dataloader):
        for dataset, root in zip(loader.dataset.datasets, ROOTS):
            dataset.data_root = f'{five_sets / root}/'
    cfg.val_dataloader.dataset.data_root = f'{five_sets}/halpe/'
    cfg.val_evaluator.ann_file = str(five_sets / 'halpe/annotations/halpe_val_v1.json')
    return cfg


def test_joint_training(configs, five_sets, tmp_path):
    runner = Runner.from_cfg(joint_config(configs, five_sets, tmp_path, 'combined'))
    runner.train()
    metrics = runner.val_loop.run()
    assert 0 <= metrics['coco/AP'] <= 1 and 0 <= metrics['coco/hand AP'] <= 1
    metrics = runner.test()  # on all five
    assert {'coco/face AP', 'coco-wholebody/AP', '300w/NME', 'freihand/PCK', 'freihand/AUC', 'interhand/EPE'} <= set(
        metrics
    )
    assert 'BBoxJitter' in [type(t).__name__ for t in runner.train_dataloader.dataset.pipeline.transforms]


def test_joint_batches(configs, five_sets, tmp_path):
    """Three of nine from each set of people, one from each of parts, whose other keypoints have no weight."""
    runner = Runner.from_cfg(joint_config(configs, five_sets, tmp_path))
    loader = runner.build_dataloader(runner._train_dataloader)
    names = keypoint_names('halpe')
    for batch in loader:
        files = [sample.img_path.removeprefix(str(five_sets)).split('/')[1] for sample in batch['data_samples']]
        assert files == ['halpe'] * 3 + ['coco-wholebody'] * 3 + ['300w', 'freihand', 'interhand']
        for sample, kind in zip(batch['data_samples'], files):
            weights = sample.gt_instance_labels.keypoint_weights[0]
            labelled = {name for name, weight in zip(names, weights) if weight > 0}
            if kind == '300w':
                assert labelled and all(name.startswith('face-') for name in labelled)
            if kind in ('freihand', 'interhand'):
                assert labelled and all('hand_root' in name or name[-1].isdigit() for name in labelled)
                assert kind == 'interhand' or len({name.split('_')[0] for name in labelled}) == 1
            if kind == 'coco-wholebody':
                assert not labelled & {'head', 'neck', 'hip'}


def test_browsing_draws_the_augmented_samples_of_all_five(configs, five_sets, tmp_path, monkeypatch):
    """With the keypoints that they have: what is drawn covers a good part of where the part is."""
    (config,) = (configs / 'alphapose/joint').glob('*_synthetic-*.py')
    options = [f'train_dataloader.dataset.datasets.{i}.data_root={five_sets / root}/' for i, root in enumerate(ROOTS)]
    arguments = [config, '--output-dir', tmp_path, '--not-show', '--max-item-per-dataset', 2, '--cfg-options', *options]
    monkeypatch.setattr('sys.argv', ['browse_dataset.py', *map(str, arguments)])
    launch.browse()
    # as it is without options, and what a test sees
    (tmp_path / 'here').mkdir()
    monkeypatch.chdir(tmp_path / 'here')
    options += [option.replace('train', 'test', 1) for option in options]
    options += [f'test_dataloader.dataset.datasets.{i}.bbox_file=None' for i in (0, 1)]
    arguments = [config, '--phase', 'test', '--not-show', '--max-item-per-dataset', 1, '--cfg-options', *options]
    monkeypatch.setattr('sys.argv', ['browse_dataset.py', *map(str, arguments)])
    launch.browse()
    assert len(list((tmp_path / 'here/work_dirs').rglob('*/samples/*/*.*'))) == 5
    width, height = Config.fromfile(config).codec.input_size
    white = {}
    for folder in ('halpe', 'coco_wholebody', '300w', 'freihand', 'interhand3d'):
        pictures = [cv2.imread(str(path)) for path in sorted((tmp_path / folder).iterdir())]
        assert [picture.shape for picture in pictures] == [(height, width, 3)] * 2
        white[folder] = np.mean([(picture > 240).all(-1).mean() for picture in pictures])
    assert min(white['halpe'], white['coco_wholebody'], white['300w']) > 0.005  # Halpe draws faces in white
    assert max(white['freihand'], white['interhand3d']) < 0.005
