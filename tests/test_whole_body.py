"""Whole-body data: the configs train, switch to jittered boxes and are evaluated, end to end, on people in both formats."""

import json

import numpy as np
import pytest
from mmengine.config import Config
from mmengine.runner import Runner
from mmpose.utils import register_all_modules

from pose_plugins.datasets.meta import keypoint_names
from pose_plugins.datasets.synthetic import generate


def whole_body(annotation, rng):
    """Points around a person's box for what synthetic people lack: feet, face and hands."""
    left, top, width, height = annotation['bbox']

    def around(count):
        places = rng.uniform((left, top), (left + width, top + height), (count, 2)).round(1)
        return np.hstack([places, np.full((count, 1), 2)]).ravel().tolist()

    return dict(foot_kpts=around(6), face_kpts=around(68), lefthand_kpts=around(21), righthand_kpts=around(21))


@pytest.fixture(scope='module')
def annotations(synthetic_coco, tmp_path_factory):
    """The held-out people in the formats of COCO-WholeBody and of Halpe."""
    content = json.loads((synthetic_coco / 'annotations/person_keypoints_val2017.json').read_text())
    rng = np.random.default_rng(0)
    folder, files = tmp_path_factory.mktemp('annotations'), {}
    for annotation in content['annotations']:
        annotation.update(whole_body(annotation, rng))
        left, top, width, height = annotation['bbox']  # the evaluation reads an outline
        annotation['segmentation'] = [[left, top, left + width, top, left + width, top + height, left, top + height]]
        for part in ('foot', 'face', 'lefthand', 'righthand'):
            annotation[f'{part}_valid'] = True
    files['coco-wholebody'] = folder / 'coco_wholebody.json'
    files['coco-wholebody'].write_text(json.dumps(content))
    for annotation in content['annotations']:
        parts = (annotation.pop(f'{part}_kpts') for part in ('foot', 'face', 'lefthand', 'righthand'))
        head_neck_hip = annotation['keypoints'][:9]
        annotation['keypoints'] = sum(parts, annotation['keypoints'] + head_neck_hip)
    files['halpe'] = files['halpe26'] = folder / 'halpe.json'
    files['halpe'].write_text(json.dumps(content))
    return files


@pytest.mark.parametrize(
    'loss, data',
    [('sikr', 'coco-wholebody'), ('combined', 'coco-wholebody'), ('combined-hands', 'halpe'), ('sikr', 'halpe26')],
)
def test_train_and_evaluate(loss, data, configs, annotations, synthetic_coco, tmp_path):
    (path,) = (configs / 'alphapose').glob(f'*_fastpose-res50_{loss}_*_{data}-256x192.py')
    register_all_modules()
    cfg = Config.fromfile(path)
    cfg.work_dir = str(tmp_path)
    cfg.model.backbone.update(init_cfg=None, depth=18, stem_channels=8, base_channels=8, conv_dim=8)
    cfg.model.head.in_channels = 8
    cfg.train_cfg.update(max_epochs=2, val_interval=2)
    (switch,) = (hook for hook in cfg.custom_hooks if hook.type == 'mmdet.PipelineSwitchHook')
    switch.switch_epoch = 1
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        loader.update(num_workers=0, persistent_workers=False, batch_size=6)
        for dataset in loader.dataset.get('datasets', [loader.dataset]):
            dataset.update(ann_file=str(annotations[data]), data_root=f'{synthetic_coco}/', bbox_file=None)
            dataset.data_prefix = dict(img='val2017/')
    for evaluator in (cfg.val_evaluator, cfg.test_evaluator):
        evaluator.ann_file = str(annotations[data])
    runner = Runner.from_cfg(cfg)
    runner.train()
    metrics = runner.val_loop.run()
    assert 0 <= metrics['coco-wholebody/AP' if data == 'coco-wholebody' else 'coco/AP'] <= 1
    assert 'BBoxJitter' in [type(t).__name__ for t in runner.train_dataloader.dataset.pipeline.transforms]


@pytest.fixture(scope='module')
def five_sets(tmp_path_factory):
    """A few synthetic people, faces and hands in the formats of the five data sets of joint training."""
    folder = tmp_path_factory.mktemp('five')
    for name in ('halpe', 'coco-wholebody', '300w', 'freihand', 'interhand'):
        generate(folder / name, name, people=(12, 4), workers=1)
    return folder


def joint_config(configs, five_sets, work_dir, loss='sikr'):
    """The joint training of a very small network on the synthetic sets."""
    register_all_modules()
    cfg = Config.fromfile(configs / f'alphapose/td-reg_fastpose-res50_{loss}_8xb32-320e_halpe-joint-256x192.py')
    cfg.work_dir = str(work_dir)
    cfg.model.backbone.update(init_cfg=None, depth=18, stem_channels=8, base_channels=8, conv_dim=8)
    cfg.model.head.in_channels = 8
    cfg.train_cfg.update(max_epochs=2, val_interval=2)
    (switch,) = (hook for hook in cfg.custom_hooks if hook.type == 'mmdet.PipelineSwitchHook')
    switch.switch_epoch = 1
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        loader.update(num_workers=0, persistent_workers=False, batch_size=9)
    cfg.train_dataloader.sampler.batch_size = 9
    roots = ('halpe', 'coco-wholebody', '300w', 'freihand', 'interhand')
    for dataset, root in zip(cfg.train_dataloader.dataset.datasets, roots):
        dataset.data_root = f'{five_sets / root}/'
    for loader in (cfg.val_dataloader, cfg.test_dataloader):
        loader.dataset.update(data_root=f'{five_sets}/halpe/', bbox_file=None)
    for evaluator in (cfg.val_evaluator, cfg.test_evaluator):
        evaluator.ann_file = str(five_sets / 'halpe/annotations/halpe_val_v1.json')
    return cfg


def test_joint_training(configs, five_sets, tmp_path):
    runner = Runner.from_cfg(joint_config(configs, five_sets, tmp_path, 'combined'))
    runner.train()
    metrics = runner.val_loop.run()
    assert 0 <= metrics['coco/AP'] <= 1 and 0 <= metrics['coco/hand AP'] <= 1
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
