"""All pictures of a config, opened: one screen about what there is, and what is wrong with it."""

import runpy
import shutil
import sys

import cv2
import numpy as np
import pytest
from coco_files import coco_content, description, write
from mmengine.config import Config

from pose_plugins.datasets.check import check_data
from pose_plugins.datasets.pictures import look_at
from pose_plugins.datasets.survey import Survey
from pose_plugins.utils.errors import InputError


def picture(seed, width=200, height=150):
    """A picture with something in it, (height, width, 3)."""
    coarse = np.random.default_rng(seed).integers(0, 255, (8, 10, 3), np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def with_exif(jpeg, orientation):
    """A JPEG with a tag that says how it is turned."""
    tiff = b'MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01' + bytes(
        [0, orientation, 0, 0, 0, 0, 0, 0]
    )
    segment = b'Exif\x00\x00' + tiff
    return jpeg[:2] + b'\xff\xe1' + (len(segment) + 2).to_bytes(2, 'big') + segment + jpeg[2:]


def encoded(image, suffix='.jpg', quality=95):
    return cv2.imencode(suffix, image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


@pytest.fixture
def data(tmp_path):
    """A config of twelve people to train on and twelve held out, with their pictures, and its folder."""
    for split, seed in (('train', 0), ('val', 100)):
        (tmp_path / split).mkdir()
        content = coco_content()
        for i, image in enumerate(content['images']):
            (tmp_path / split / image['file_name']).write_bytes(
                encoded(picture(seed + i, image['width'], image['height']))
            )
        write(tmp_path / f'{split}.json', content)
    loaders = {
        f'{split}_dataloader': dict(
            dataset=dict(
                type='CocoDataset',
                data_root=f'{tmp_path}/',
                ann_file=f'{split}.json',
                data_prefix=dict(img=f'{split}/'),
                metainfo=description(),
            )
        )
        for split in ('train', 'val')
    }
    return Config(loaders), tmp_path


def wrong(cfg, is_wrong=True):
    return [f.line for f in Survey(cfg, ('train', 'val')).findings if f.wrong == is_wrong]


def test_what_is_in_order(data):
    cfg, folder = data
    image = picture(1)
    (folder / 'train/001.jpg').write_bytes(encoded(cv2.cvtColor(picture(1, 210), cv2.COLOR_BGR2GRAY)))
    (folder / 'train/000.jpg').write_bytes(encoded(image.astype(np.uint16) * 255, '.png'))
    (folder / 'train/003.jpg').write_bytes(encoded(picture(3)) + b'what a phone appends')
    survey = Survey(cfg, ('train', 'val'))
    assert survey.findings == [] and not survey.wrong
    text = str(survey)
    assert '6 pictures, 6 with people' in text and '12 people, 12 with labelled keypoints' in text
    assert 'joint_4 12' in text and 'wrong: nothing' in text


def test_a_keypoint_that_is_never_labelled_is_seen(data):
    cfg, folder = data
    content = coco_content()
    for annotation in content['annotations']:
        annotation['keypoints'][9:12] = [0, 0, 0]
    write(folder / 'train.json', content)
    assert 'joint_3 NONE' in str(Survey(cfg, ('train', 'val'), pictures=False))


@pytest.mark.parametrize(
    'content, line',
    [
        (None, 'there is no such file'),
        (b'', 'the file is empty'),
        (b'no picture', 'is damaged, or no picture that OpenCV can read'),
        (encoded(picture(2, 220))[:-300], 'is cut off: the end of the file is missing'),
        (with_exif(encoded(picture(2, 220)), 1)[:-300], 'is cut off: the end of the file is missing'),
        (encoded(picture(2, 220), '.png')[:-2000], 'is '),
        (encoded(picture(2, 440, 300)), '440 x 300, annotated 220 x 150: the picture has another size than annotated'),
        (
            with_exif(encoded(picture(2, 220)), 6),
            '150 x 220, annotated 220 x 150: is turned by its EXIF tag when it is read, and annotated as it is stored',
        ),
    ],
)
def test_pictures_that_are_not_as_annotated(data, content, line):
    cfg, folder = data
    path = folder / 'train/002.jpg'
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    (said,) = wrong(cfg)
    assert said.startswith(f'{folder}/train.json: image 3: {path}: {line}')


def test_a_picture_that_is_turned_over_is_told(data):
    """Its size is as annotated; whether its labels are those of the turned picture nobody knows."""
    cfg, folder = data
    (folder / 'train/002.jpg').write_bytes(with_exif(encoded(picture(2, 220)), 3))
    (said,) = wrong(cfg, False)
    assert 'is turned or mirrored by its EXIF tag when it is read' in said and wrong(cfg) == []


def test_pictures_that_are_trained_and_tested_on(data):
    cfg, folder = data
    shutil.copy(folder / 'train/002.jpg', folder / 'val/002.jpg')
    (said,) = wrong(cfg)
    assert f'{folder}/val/002.jpg and {folder}/train/002.jpg: the same picture is trained and tested on; 1 of 6' in said
    (folder / 'val/002.jpg').write_bytes(encoded(cv2.imread(str(folder / 'train/002.jpg')), quality=60))
    (said,) = wrong(cfg)
    assert f'{folder}/val/002.jpg and {folder}/train/002.jpg: pictures of training and test look the same' in said


def test_plain_pictures_are_not_alike(tmp_path):
    white = np.full((150, 200, 3), 255, np.uint8)
    (tmp_path / 'a.png').write_bytes(encoded(white, '.png'))
    (tmp_path / 'b.png').write_bytes(encoded(white - 1, '.png'))
    from pose_plugins.datasets.pictures import duplicate_findings

    a, b = (look_at(tmp_path / name) for name in ('a.png', 'b.png'))
    assert duplicate_findings({tmp_path / 'a.png': a}, {tmp_path / 'b.png': b}) == []


def test_the_tool(data, repo, monkeypatch, capsys):
    """Exit code 1 where results would be others, and all of it on the screen; what one loop lacks hides nothing."""
    cfg, folder = data
    cfg.dump(folder / 'config.json')

    def run(*options):
        monkeypatch.setattr(sys, 'argv', ['check_data.py', str(folder / 'config.json'), *options])
        with pytest.raises(SystemExit) as end:
            runpy.run_path(str(repo / 'tools/check_data.py'), run_name='__main__')
        return end.value.code, capsys.readouterr().out

    # a dumped config has text for the ids of the keypoints
    code, out = run('--quick')
    assert code == 1 and 'ids of keypoint_info must be whole numbers from 0 to 4, in order' in out
    (folder / 'mine.py').write_text(f'dataset_info = {description()!r}\n')
    for loader in ('train', 'val'):
        cfg[f'{loader}_dataloader'].dataset.metainfo = dict(from_file=str(folder / 'mine.py'), _delete_=True)
        del cfg[f'{loader}_dataloader'].dataset.metainfo['_delete_']
    cfg.dump(folder / 'config.json')
    code, out = run()
    assert code == 0 and out.rstrip().endswith('wrong: nothing')
    content = coco_content()
    for number in (2, 3, 4, 5):
        content['annotations'][number]['bbox'] = None
    content['annotations'][6]['id'] = 1
    write(folder / 'train.json', content)
    (folder / 'val.json').unlink()
    code, out = run('--quick')
    assert code == 1 and 'wrong: 3' in out and f'{folder}/val.json: no such annotation file' in out
    assert 'bbox must be 4 numbers: left, top, width, height (4 such)' in out and 'annotation 1 (there 2 times)' in out
    assert out.count('bbox is None') == 3
    code, out = run('--cfg-options', 'train_dataloader=None', 'val_dataloader=None')
    assert str(code).startswith('error: ') and 'has no data loader' in str(code)


def test_a_few_pictures_are_opened_before_every_start(data, monkeypatch):
    """Also where the annotations were in order before."""
    cfg, folder = data
    monkeypatch.setenv('TORCH_HOME', str(folder / 'torch'))
    check_data(cfg, ('train', 'val'))
    for path in (folder / 'train').iterdir():
        path.write_bytes(encoded(cv2.resize(cv2.imread(str(path)), (100, 75))))
    line = (
        'image 1: .*000.jpg: 100 x 75, annotated 200 x 150: the picture has another size than annotated; boxes and keyp'
    )
    with pytest.raises(InputError, match=line):
        check_data(cfg, ('train', 'val'))
    cfg.train_dataloader.dataset.data_prefix = dict(img='')
    with pytest.raises(InputError, match=f'image 1: {folder}/000.jpg: there is no such file; a training ends there'):
        check_data(cfg, ('train', 'val'))
    check_data(cfg, ('val',))
    (folder / 'val/002.jpg').unlink()  # single ones are the loading's affair
    check_data(cfg, ('val',))
