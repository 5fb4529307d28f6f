"""Data sets of synthetic people: files repeat bit by bit, an interrupted generation goes on, and MMPose's own classes and
metrics read them."""

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmpose.datasets import CocoDataset, MpiiDataset
from mmpose.evaluation import CocoMetric, MpiiPCKAccuracy

from pose_plugins.datasets.meta import keypoint_names
from pose_plugins.synthetic import generate
from pose_plugins.synthetic.difficulty import MEDIUM
from pose_plugins.synthetic.scene import render_scene
from pose_plugins.utils.errors import InputError


def files(root):
    """All files of a folder: relative path -> content."""
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(root.rglob('*')) if p.is_file()}


def annotations(root, split):
    return json.loads((root / f'annotations/person_keypoints_{split}2017.json').read_text())


def test_same_seed_same_files_whatever_the_number_of_processes(tmp_path, synthetic_coco):
    generate(tmp_path / 'again', 'coco', people=(48, 12), workers=2)
    assert files(tmp_path / 'again') == files(synthetic_coco)
    generate(tmp_path / 'other', 'coco', people=(48, 12), seed=1)
    other, first = files(tmp_path / 'other'), files(synthetic_coco)
    assert other['train2017/000000000001.jpg'] != first['train2017/000000000001.jpg']


def test_an_interrupted_generation_goes_on(tmp_path, synthetic_coco):
    root = tmp_path / 'coco'
    generate(root, 'coco', people=(48, 12))
    whole = files(root)
    (root / 'annotations/person_keypoints_val2017.json').unlink()
    (root / 'val2017/000000000002.jpg').write_bytes(b'half a pict')
    generate(root, 'coco', people=(48, 12))
    assert files(root) == whole


def processes():
    """The processes that run on this machine: id -> its parent's id. One that is over and not waited for does not count."""
    parents = {}
    for path in Path('/proc').glob('[0-9]*/stat'):
        try:
            state, parent = path.read_text().rpartition(') ')[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):  # it has just ended
            continue
        if state != 'Z':
            parents[int(path.parent.name)] = int(parent)
    return parents


@pytest.mark.slow
@pytest.mark.skipif(not Path('/proc/self/stat').exists(), reason='processes are looked up in /proc')
def test_no_process_outlives_a_killed_generation_which_goes_on_later(tmp_path):
    root, options = tmp_path / 'coco', dict(people=(100, 1), workers=2)
    command = f'from pose_plugins.synthetic import generate; generate({str(root)!r}, **{options})'
    with subprocess.Popen([sys.executable, '-c', command], stderr=subprocess.DEVNULL) as generation:
        deadline = time.monotonic() + 60
        while len(list(root.glob('train2017/0*.jpg'))) < 4:
            assert generation.poll() is None and time.monotonic() < deadline
            time.sleep(0.02)
        workers = {pid for pid, parent in processes().items() if parent == generation.pid}
        assert len(workers) == 2
        generation.kill()
    deadline = time.monotonic() + 10
    while workers & processes().keys():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert not (root / 'annotations').exists()
    generate(root, **options)
    written = sorted(path.name for path in (root / 'train2017').iterdir())
    assert written == [image['file_name'] for image in annotations(root, 'train')['images']]


def test_coco_annotations(synthetic_coco):
    for split, count in (('train', 48), ('val', 12)):
        data = annotations(synthetic_coco, split)
        assert len(data['annotations']) == count
        assert data['categories'][0]['keypoints'] == keypoint_names('coco')
        images = {image['id']: image for image in data['images']}
        for ann in data['annotations']:
            image = images[ann['image_id']]
            picture = cv2.imread(str(synthetic_coco / f'{split}2017' / image['file_name']))
            assert picture.shape == (image['height'], image['width'], 3)
            points = np.reshape(ann['keypoints'], (17, 3))
            assert set(points[:, 2]) <= {0, 1, 2}
            assert (points[points[:, 2] == 0] == 0).all()
            labelled = points[points[:, 2] > 0, :2]
            assert ((labelled >= 0) & (labelled <= (image['width'] - 1, image['height'] - 1))).all()
            assert ann['num_keypoints'] == len(labelled)
            x, y, w, h = ann['bbox']
            assert x >= 0 and y >= 0 and x + w <= image['width'] and y + h <= image['height']
            assert 0 < ann['area'] <= w * h
            seen = points[points[:, 2] == 2, :2]  # what can be seen lies in the box of what can be seen
            assert (seen >= np.array([x, y]) - 1).all() and (seen <= np.array([x + w, y + h]) + 1).all()


def perfect(metric, dataset):
    """The metric's verdict on predictions that are the truth."""
    metric.dataset_meta = dataset.metainfo
    for i in range(len(dataset)):
        info = dataset.get_data_info(i)
        truth = {key: info[key] for key in ('keypoints', 'keypoints_visible', 'bbox_score', 'head_size') if key in info}
        # the metric counts MPII's pixels from 1
        points = info['keypoints'] - isinstance(metric, MpiiPCKAccuracy)
        prediction = dict(keypoints=points, keypoint_scores=np.ones(points.shape[:2]), bbox_scores=np.ones(1))
        truth['bbox_scores'] = truth.pop('bbox_score')
        sample = dict(id=info['id'], img_id=info['img_id'], category_id=1, ori_shape=(256, 320))
        metric.process([{}], [dict(sample, gt_instances=truth, pred_instances=prediction)])
    return metric.evaluate(len(dataset))


def test_mmpose_reads_coco_and_the_truth_scores_one(synthetic_coco):
    annotation_file = synthetic_coco / 'annotations/person_keypoints_val2017.json'
    dataset = CocoDataset(
        data_root=str(synthetic_coco),
        ann_file='annotations/person_keypoints_val2017.json',
        data_prefix=dict(img='val2017/'),
        test_mode=True,
    )
    labelled = sum(a['num_keypoints'] > 0 for a in annotations(synthetic_coco, 'val')['annotations'])
    assert len(dataset) == labelled >= 10
    assert perfect(CocoMetric(ann_file=str(annotation_file)), dataset)['coco/AP'] == pytest.approx(1)


def test_mmpose_reads_mpii_with_head_boxes_and_the_truth_scores_hundred(synthetic_mpii):
    dataset = MpiiDataset(
        data_root=str(synthetic_mpii),
        ann_file='annotations/mpii_val.json',
        data_prefix=dict(img='images/'),
        test_mode=True,
        headbox_file=str(synthetic_mpii / 'annotations/mpii_gt_val.mat'),
    )
    assert len(dataset) >= 10
    assert perfect(MpiiPCKAccuracy(), dataset)['PCK'] == pytest.approx(100)
    for i in range(len(dataset)):
        info = dataset.get_data_info(i)
        size = info['head_size'].item() / 0.6
        head, neck = info['keypoints'][0, [9, 8]]
        if info['keypoints_visible'][0, [8, 9]].all():
            assert size > 0.9 * np.linalg.norm(head - neck)
        seen = info['keypoints'][0][info['keypoints_visible'][0] > 0]
        low, high = info['bbox'][0, :2], info['bbox'][0, 2:]
        assert ((seen > low - 2) & (seen < high + 2)).all()  # the square around the centre holds the body


@pytest.mark.parametrize(
    'options, message',
    [
        (dict(format='yolo'), "format='yolo': choose from coco, mpii"),
        (dict(people=(5, 0)), 'people=0: must be at least 1'),
        (dict(size=(64, 10)), 'height=10: must be at least 64'),
        (dict(people=(-5, 5)), 'people=-5: must be at least 1'),
        (dict(size=(200000, 200000)), 'width=200000: must be at most 8192'),
        (dict(workers=0), 'workers=0: must be at least 1'),
        (dict(seed=-1), 'seed=-1: must be at least 0'),
        (dict(workers=-1), 'workers=-1: must be at least 1'),
    ],
)
def test_bad_arguments(tmp_path, options, message):
    with pytest.raises(InputError, match=message):
        generate(tmp_path / 'out', **options)
    assert not (tmp_path / 'out').exists()


def test_hard_people_are_told_from_easy_ones(tmp_path, synthetic_coco):
    assert 'difficulty' not in json.loads(
        (synthetic_coco / 'synthetic.json').read_text()
    )  # sets of before stay what they are
    generate(tmp_path / 'hard', 'coco', people=(30, 4), workers=1, difficulty='hard')
    assert json.loads((tmp_path / 'hard/synthetic.json').read_text())['difficulty'] == 'hard'
    with pytest.raises(InputError, match='holds other synthetic data'):
        generate(tmp_path / 'hard', 'coco', people=(30, 4), workers=1)
    content = json.loads((tmp_path / 'hard/annotations/person_keypoints_train2017.json').read_text())
    crowded = Counter(annotation['image_id'] for annotation in content['annotations'])
    assert max(crowded.values()) > 1 and len(crowded) < 30
    for annotation in content['annotations']:
        points = np.array(annotation['keypoints']).reshape(-1, 3)
        left, top, width, height = annotation['bbox']
        seen = points[points[:, 2] == 2, :2]
        assert ((seen >= [left - 3, top - 3]) & (seen <= [left + width + 3, top + height + 3])).all()
    with pytest.raises(InputError, match='freihand: has no difficulty'):
        generate(tmp_path / 'hands', 'freihand', people=(1, 1), difficulty='hard')
    with pytest.raises(InputError, match="difficulty='harder': choose from easy, medium, hard"):
        generate(tmp_path / 'harder', 'coco', people=(1, 1), difficulty='harder')
    (tmp_path / 'file').touch()
    with pytest.raises(InputError, match='file: is a file, and must be a folder'):
        generate(tmp_path / 'file', 'coco', people=(1, 1))


def test_does_not_touch_a_folder_that_is_not_its_own(tmp_path, synthetic_coco):
    (tmp_path / 'thesis.txt').write_text('three years of work')
    with pytest.raises(InputError, match='is not empty and holds no synthetic data'):
        generate(tmp_path, 'coco', people=(1, 1))
    assert [p.name for p in tmp_path.iterdir()] == ['thesis.txt']
    with pytest.raises(InputError, match='holds other synthetic data'):
        generate(synthetic_coco, 'coco', people=(5, 5))


def test_the_smallest_pictures():
    """Posts and rails of drawn pictures below 86 pixels were thinner than their least width."""
    for number in range(60):
        scene = render_scene(np.random.default_rng(number), (64, 64), 1, difficulty=MEDIUM)
        assert scene.image.shape == (64, 64, 3)


def test_nobody_shows_what_mpii_wants(tmp_path, monkeypatch):
    monkeypatch.setattr('pose_plugins.synthetic.formats.MIN_VISIBLE_KEYPOINTS', 17)
    with pytest.raises(InputError, match='nobody shows 17 keypoints or more, as MPII wants; take more people'):
        generate(tmp_path / 'mpii', 'mpii', (2, 2), size=(128, 128), workers=1)
