"""Annotations and pictures that a training cannot use: one line that names file and record, or a training that goes on."""

import gc
import json
import re
import shutil
import sys
import threading

import pytest
from mmengine.config import Config
from mmpose.registry import DATASETS

from pose_plugins.datasets.check import check_data
from pose_plugins.training import launch
from pose_plugins.training.checks import check_config
from pose_plugins.utils.errors import InputError, one_line_errors


@pytest.fixture
def joint(configs, five_sets, tmp_path, monkeypatch):
    """A function that trains a very small network for an iteration on a copy of the five sets, and the copy."""
    root = tmp_path / 'sets'
    shutil.copytree(five_sets, root, symlinks=True)
    cfg = Config.fromfile(configs / 'alphapose/td-reg_fastpose-res50_sikr_4xb48-265e_halpe-joint-256x192.py')
    cfg.model.backbone.update(init_cfg=None, depth=18, stem_channels=8, base_channels=8, conv_dim=8)
    cfg.model.head.in_channels = 8
    cfg.train_cfg.update(max_epochs=1, val_interval=2)
    cfg.train_dataloader.update(num_workers=0, persistent_workers=False, batch_size=9)
    cfg.train_dataloader.sampler.batch_size = 9
    for sets in (cfg.train_dataloader.dataset.datasets, cfg.test_dataloader.dataset.datasets):
        for dataset, name in zip(sets, ('halpe', 'coco-wholebody', '300w', 'freihand', 'interhand')):
            dataset.data_root = f'{root / name}/'
            if 'bbox_file' in dataset:
                dataset.bbox_file = None
    cfg.val_dataloader.dataset.update(data_root=f'{root}/halpe/', bbox_file=None)
    cfg.val_evaluator.ann_file = f'{root}/halpe/annotations/halpe_val_v1.json'

    cfg.dump(tmp_path / 'joint.json')

    def train(**options):
        cfg.merge_from_dict(options)
        cfg.dump(tmp_path / 'config.json')
        monkeypatch.setattr(sys, 'argv', ['t', str(tmp_path / 'config.json'), '--work-dir', str(tmp_path / 'work')])
        launch.train()
        gc.collect()  # ends the loaders' processes, whose threads may fail as they end: Python cannot tell of it beside a
        for thread in threading.enumerate():  # reading of a config in this thread (AST constructor recursion depth)
            if thread is not threading.current_thread() and thread.name == 'QueueFeederThread':
                thread.join(10)
        return next((tmp_path / 'work').glob('*/*.log')).read_text()

    return train, root


def test_a_missing_annotation_file(joint):
    """Of what a training reads; those that it is tested on later need not be there."""
    train, root = joint
    (root / 'freihand/annotations/freihand_test.json').unlink()
    path = root / 'interhand/annotations/all/InterHand2.6M_train_camera.json'
    path.unlink()
    with pytest.raises(InputError) as error:
        train()
    assert str(error.value) == f'{path}: no such annotation file (train_dataloader, InterHand2DDoubleDataset)'


def test_missing_truth_of_the_evaluation(joint):
    train, _ = joint
    with pytest.raises(InputError, match=r'truth.json: no such annotation file \(val_evaluator, HalpeMetric\)'):
        train(**{'val_evaluator.ann_file': 'truth.json'})


def test_missing_detections(joint):
    train, _ = joint
    with pytest.raises(
        InputError, match=r'boxes.json: no such file of detected boxes \(val_dataloader, HalpeDataset\); bbox'
    ):
        train(**{'val_dataloader.dataset.bbox_file': 'boxes.json'})


@pytest.mark.parametrize(
    'file, key, dataset',
    [
        ('300w/annotations/face_landmarks_300w_train.json', 'scale', 'Face300WDataset'),
        ('interhand/annotations/all/InterHand2.6M_train_data.json', 'bbox', 'InterHand2DDoubleDataset'),
        ('coco-wholebody/annotations/coco_wholebody_train_v1.0.json', 'face_kpts', 'CocoWholeBodyDataset'),
    ],
)
def test_an_annotation_without_what_its_part_needs(joint, file, key, dataset):
    train, root = joint
    content = json.loads((root / file).read_text())
    annotation = content['annotations'][2]
    del annotation[key]
    (root / file).write_text(json.dumps(content))
    with pytest.raises(InputError) as error:
        train()
    reader = '' if 'InterHand' not in dataset else f' ({dataset})'  # which no rule of ours reads before
    assert str(error.value) == f'{root / file}: annotation {annotation["id"]}: {key!r} is missing{reader}'


def test_an_annotation_file_that_is_cut_off(joint):
    train, root = joint
    path = root / 'freihand/annotations/freihand_train.json'
    path.write_text(path.read_text()[:1000])
    with pytest.raises(InputError) as error:
        train()
    assert str(error.value).startswith(f'{path}: cannot be read: ') and '\n' not in str(error.value)


def test_an_empty_part_set(joint):
    train, root = joint
    path = root / '300w/annotations/face_landmarks_300w_train.json'
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, 'annotations': []}))
    with pytest.raises(InputError) as error:
        train()
    assert str(error.value) == f'{path}: has nothing that can be used'


@pytest.mark.parametrize(
    'content, message',
    [
        ('[{"category_id": 1, ', 'cannot be read: '),
        ('{}', 'must be a list of records'),
        ('[1]', 'must be a list of records'),
        ('[{"category_id": 1, "image_id": -5, "bbox": [1, 1, 9, 9], "score": 1}]',
         'detection in image -5: there is no such image in '),
        ('[{"category_id": 1, "image_id": 0, "bbox": [1, 1, null, 9], "score": 1}]',
         'detection in image 0: bbox is [1, 1, None, 9]: bbox must be 4 numbers'),
        ('[{"category_id": 1, "image_id": 0, "bbox": [1, 1, Infinity, 9], "score": 1}]',
         'detection in image 0: bbox is [1, 1, inf, 9]: bbox must be finite'),
        ('[]', 'has nothing that can be used: no detection'),
        ('[{"category_id": 2, "image_id": 0, "bbox": [1, 1, 9, 9], "score": 1}]', 'has nothing that can be used'),
        ('[{"category_id": 1, "image_id": 0, "bbox": [1, 1, 9, 9]}]', "detection in image 0: 'score' is missing"),
    ],
)  # fmt: skip
def test_detections_that_cannot_be_read(joint, content, message):
    train, root = joint
    truth = json.loads((root / 'halpe/annotations/halpe_val_v1.json').read_text())
    boxes = root / 'boxes.json'
    boxes.write_text(content.replace('"image_id": 0', f'"image_id": {truth["images"][0]["id"]}'))
    message = message.replace('image 0', f'image {truth["images"][0]["id"]}')
    with pytest.raises(InputError) as error:
        train(**{'val_dataloader.dataset.bbox_file': str(boxes)})
    assert str(error.value).startswith(f'{boxes}: {message}')
    assert '\n' not in str(error.value)


def test_a_missing_picture_of_a_config_without_checks(joint, configs):
    """MMPose's own loading, in a process of the data loader: the picture is named, not the annotation."""
    train, root = joint
    cfg = Config.fromfile(configs / 'alphapose/td-reg_fastpose-res50_sikr_4xb48-265e_halpe-256x192.py')
    for picture in (root / 'halpe/val2017').iterdir():
        picture.unlink()
    with pytest.raises(InputError) as error:
        train(
            **{
                'val_dataloader.dataset.pipeline': cfg.val_dataloader.dataset.pipeline,
                'val_dataloader.num_workers': 1,
                'train_cfg.val_interval': 1,
            }
        )
    assert re.fullmatch(rf'.*{root}/halpe/val2017/.*: there is no such file; .*', str(error.value))
    del error
    gc.collect()


def test_sets_that_are_read_and_not_evaluated():
    model = dict(type='TopdownPoseEstimator', head=dict(type='SIKRHead', in_channels=8, out_channels=136))
    sets = [dict(type='HalpeDataset'), dict(type='FreiHandDataset')]
    cfg = Config(
        dict(
            model=model,
            test_dataloader=dict(
                dataset=dict(type='CombinedDataset', datasets=sets), sampler=dict(type='DefaultSampler')
            ),
            test_evaluator=dict(type='HalpeJointEvaluator', metrics=[{}], datasets=sets[:1]),
            test_cfg={},
            default_scope='mmpose',
        )
    )
    cfg.test_dataloader.dataset.metainfo = dict(from_file='configs/_base_/datasets/halpe.py')
    with pytest.raises(
        InputError,
        match=r'test_evaluator.datasets \(HalpeDataset\) and those of test_dataloader \(FreiHandDataset, HalpeDataset\)',
    ):
        check_config(cfg, ('test',))


def test_a_missing_folder_of_pictures(joint):
    train, root = joint
    shutil.rmtree(root / '300w/images')
    with pytest.raises(InputError) as error:
        train()
    assert str(error.value) == f'{root}/300w/images: no such folder of pictures (train_dataloader, Face300WDataset)'


@pytest.mark.parametrize('workers', [0, 1])
def test_a_missing_picture_in_one_line(joint, workers):
    """Also where a process of the data loader finds it."""
    train, root = joint
    for picture in sorted((root / '300w/images').glob('train*'))[1:]:  # all but one, or it is told of before
        picture.unlink()
    with pytest.raises(SystemExit) as end, one_line_errors():
        train(
            **{
                'train_dataloader.num_workers': workers,
                'train_dataloader.dataset.datasets.2.pipeline.2.skip_bad': False,
            }
        )
    assert str(end.value).startswith(f'error: {root}/300w/images/train_00') and '\n' not in str(end.value)
    assert str(end.value).endswith('of 300w: no such picture')
    del end  # it holds the data loader, whose process and threads end here and not within another test
    gc.collect()


def test_what_is_skipped_is_replaced_by_a_sample_of_the_same_set(joint, configs):
    _, root = joint
    bad = sorted((root / '300w/images').glob('train_*'))[:6]
    for picture in bad:
        picture.unlink()
    cfg = Config.fromfile(root.parent / 'joint.json')
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    first = sum(dataset.lens[:2])
    paths = [dataset[first + i]['data_samples'].img_path for i in range(6)]
    assert all('/300w/' in path for path in paths) and not set(paths) & set(map(str, bad))


def test_bad_records_do_not_end_a_training_that_skips_them(joint, monkeypatch):
    """Pictures are missing, one is damaged, hands have one label, faces too few points: the config as it is goes on, and the
    log tells. A test ends."""
    train, root = joint
    pictures = sorted((root / 'halpe/hico_20160224_det/images/train2015').iterdir())
    pictures[0].unlink()
    pictures[1].write_text('no picture')
    file = root / 'freihand/annotations/freihand_train.json'
    content = json.loads(file.read_text())
    for annotation in content['annotations'][::2]:
        annotation['keypoints'][3:] = [0] * 60  # MMPose leaves out those without any
    file.write_text(json.dumps(content))
    file = root / '300w/annotations/face_landmarks_300w_train.json'
    content = json.loads(file.read_text())
    for annotation in content['annotations'][::2]:  # of 12, of which 8 are drawn
        annotation['keypoints'] = annotation['keypoints'][:60]
    file.write_text(json.dumps(content))
    unseen = sorted((root / 'halpe/val2017').iterdir())[0]
    unseen.unlink()
    log = train(**{'train_cfg.max_epochs': 2})
    assert f'{pictures[0]}, annotation ' in log and 'no such picture: skipped' in log
    assert f'{pictures[1]}, annotation ' in log and 'is damaged, or no picture: skipped' in log
    assert 'of 300w: 20 keypoints, 300w has 68: skipped' in log
    assert 'no face and no hand is labelled, a proposal needs one: skipped' in log
    assert f'{unseen}, annotation ' in log and 'no such picture: taken as a black picture' in log
    assert (root.parent / 'work/epoch_2.pth').is_file()
    argv = ['t', str(root.parent / 'config.json'), str(root.parent / 'work/epoch_2.pth')]
    monkeypatch.setattr(sys, 'argv', [*argv, '--work-dir', str(root.parent / 'test')])
    with pytest.raises(InputError, match=f'{unseen}, annotation .* no such picture$'):
        launch.test()


@pytest.mark.parametrize(
    'dataset',
    [
        dict(type='CocoDataset', ann_file=''),
        dict(type='CocoDataset', ann_file=None, data_prefix=None, bbox_file=None),
        dict(type='CocoDataset', data_root='s3://data/', ann_file='a.json', data_prefix=dict(img='train/')),
        dict(type='RepeatDataset', times=2, dataset=dict(type='CocoDataset', ann_file='')),
        dict(type='DeepFashionDataset', subset='upper', ann_file=''),
        dict(
            type='CocoDataset',
            ann_file='',
            data_prefix=dict(img='on a server/'),
            pipeline=[dict(type='LoadImage', backend_args=dict(backend='petrel'))],
        ),
    ],
)
def test_what_mmpose_can_run_is_not_refused(dataset):
    model = dict(
        type='TopdownPoseEstimator',
        head=dict(type='SIKRHead', in_channels=8, out_channels=6 if 'subset' in dataset else 17),
    )
    loops = dict(
        default_scope='mmpose',
        train_cfg=dict(by_epoch=True, max_epochs=1),
        optim_wrapper=dict(optimizer=dict(type='Adam')),
    )
    cfg = Config(
        dict(
            model=model,
            train_dataloader=dict(dataset=dataset, sampler=dict(type='DefaultSampler')),
            val_dataloader=None,
            val_evaluator=None,
            **loops,
        )
    )
    check_config(cfg, ('train', 'val'))
    check_data(cfg, ('train', 'val'))


def test_a_test_does_not_look_at_the_training_data():
    data = dict(dataset=dict(type='CocoDataset', ann_file='nowhere.json'))
    test = dict(dataset=dict(type='HalpeDataset', ann_file=''))
    model = dict(type='TopdownPoseEstimator', head=dict(out_channels=136))  # 8 times COCO's
    cfg = Config(dict(model=model, train_dataloader=data, test_dataloader=test))
    check_data(cfg, ('test',))
    with pytest.raises(InputError, match=r'which has 17 keypoints \(train_dataloader, CocoDataset\)'):
        check_data(cfg, ('train', 'val'))


def test_browsing_and_dumping(configs, tmp_path, monkeypatch):
    (config,) = (configs / 'alphapose/joint').glob('*_synthetic-*.py')
    options = ['--cfg-options', f'train_dataloader.dataset.datasets.0.data_root={tmp_path}/']
    for arguments, message in (
        (['nothing.py'], 'nothing.py: no such config file'),
        ([config, *options], f'{tmp_path}/annotations/halpe_train_v1.json: no such annotation file'),
    ):
        monkeypatch.setattr(sys, 'argv', ['t', *map(str, arguments)])
        with pytest.raises(InputError, match=message):
            launch.browse()
    monkeypatch.setattr(
        sys, 'argv', ['t', str(config), 'x.pth', '--dump', 'x.pkl', '--work-dir', str(tmp_path / 'work')]
    )
    with pytest.raises(InputError, match='--dump: .* has an evaluator of several data sets'):
        launch.test()
