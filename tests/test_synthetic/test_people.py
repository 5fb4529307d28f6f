"""Synthetic people: pictures and truth agree, files repeat bit for bit, and MMPose's own classes and metrics read them."""

import json
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmpose.datasets import CocoDataset, MpiiDataset
from mmpose.evaluation import CocoMetric, MpiiPCKAccuracy

from pose_plugins.datasets.meta import keypoint_names
from pose_plugins.synthetic import generate
from pose_plugins.synthetic.body import sample_body
from pose_plugins.synthetic.canvas import NOBODY, OCCLUDER, Canvas
from pose_plugins.synthetic.formats import person_record
from pose_plugins.synthetic.materials import Material, Outfit
from pose_plugins.synthetic.person import Person
from pose_plugins.synthetic.scene import Scene, render_scene
from pose_plugins.utils.errors import InputError

GREY = Material(np.float32([128, 128, 128]))
SYMMETRIC = [(a, a.replace('left', 'right')) for a in keypoint_names('coco') if 'left' in a]


def files(root):
    """All files of a folder: relative path -> content."""
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(root.rglob('*')) if p.is_file()}


def annotations(root, split):
    return json.loads((root / f'annotations/person_keypoints_{split}2017.json').read_text())


# --- the canvas -----------------------------------------------------------------------------------------------------


def test_the_nearer_solid_hides_the_farther_whatever_the_order():
    for first, second in ((0, 1), (1, 0)):
        canvas = Canvas(np.zeros((40, 40, 3)), (0, 0, 0.5))
        for owner in (first, second):
            canvas.solid((10, 20, owner * 50), (30, 20, owner * 50), [5], GREY, owner)
        assert canvas.owner[20, 20] == 1
        assert canvas.owner[2, 2] == NOBODY
    assert canvas.visible((20, 20, 50), {1}) and not canvas.visible((20, 20, 0), {0})
    assert not canvas.visible((-3, 20, 50), {1})


def test_a_solid_has_the_given_size_and_is_lit_from_the_light():
    canvas = Canvas(np.zeros((60, 60, 3)), (-0.6, 0, 0.0))
    canvas.solid((30, 15, 0), (30, 45, 0), [10], GREY, 0)
    rows, columns = np.nonzero(canvas.owner == 0)
    assert (columns.min(), columns.max()) == (20, 40) and (rows.min(), rows.max()) == (5, 55)
    assert canvas.image[30, 24, 0] > canvas.image[30, 36, 0] + 20  # the light comes from the left
    assert canvas.depth[30, 30] == pytest.approx(10)  # a round section: as deep as it is wide


# --- bodies and pictures --------------------------------------------------------------------------------------------


def test_left_and_right_are_the_persons_own():
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(60):
        body = sample_body(rng)
        front = body.trunk[:, 2] @ (0, 0, 1)
        if abs(body.trunk[2, 1]) < 0.5 and body.trunk[1, 1] > 0.7 and abs(front) > 0.5:
            leftward = body.joints['left_shoulder'][0] - body.joints['right_shoulder'][0]
            assert (leftward > 0) == (front > 0)  # facing us, a person's left is on our right
            seen.add(front > 0)
    assert seen == {True, False}


def test_limbs_keep_their_length_in_every_pose():
    rng = np.random.default_rng(1)
    for _ in range(20):
        body = sample_body(rng)
        for side in ('left', 'right'):
            shin = np.linalg.norm(body.joints[f'{side}_knee'] - body.joints[f'{side}_ankle'])
            assert shin == pytest.approx(0.235 * body.build.height)


def scene_of(*people, occluder=None):
    """A plain picture of given people."""
    canvas = Canvas(np.full((256, 320, 3), 90), (0, -0.3, 0.5))
    for person in people:
        person.paint(canvas)
    if occluder:
        canvas.solid(*occluder, GREY, OCCLUDER)
    return Scene(canvas.image.astype(np.uint8), list(people), canvas)


SEEN = (
    'nose',
    'left_eye',
    'right_eye',
    *(
        f'{side}_{joint}'
        for side in ('left', 'right')
        for joint in ('shoulder', 'elbow', 'wrist', 'hip', 'knee', 'ankle')
    ),
)


def upright(index=0, x=160.0, z=0.0):
    """Someone who faces us, face and limbs to be seen."""
    rng = np.random.default_rng(5)
    for _ in range(500):
        body, outfit = sample_body(rng), Outfit.sample(rng)
        person = Person(0, body, outfit, (160.0, 130.0, 0.0), 90)
        visibility = person_record(scene_of(person), person)['visibility']
        if all(visibility[name] == 2 for name in SEEN) and body.trunk[1, 1] > 0.95:
            return Person(index, body, outfit, (x, 130.0, z), 90)
    raise AssertionError('nobody faces us')


def test_visibility_tells_the_truth_about_occluders_and_borders():
    person = upright()
    knee = person.joints['left_knee']
    record = person_record(scene_of(person, occluder=((0, knee[1], 500), (320, knee[1], 500), [6])), person)
    assert record['visibility']['left_knee'] == 1 and record['visibility']['nose'] == 2
    aside = upright(x=322.0)
    visibility = person_record(scene_of(aside), aside)['visibility']
    for name, flag in visibility.items():
        assert (flag == 0) == (aside.joints[name][0] > 319)
    assert set(visibility.values()) >= {0, 2}


def test_a_person_in_front_hides_the_one_behind_and_takes_from_its_area():
    behind, front = upright(0), upright(1, x=165.0, z=2000.0)
    alone = person_record(scene_of(behind), behind)
    crossed = person_record(scene_of(behind, front), behind)
    assert crossed['area'] < 0.5 * alone['area']
    assert list(crossed['visibility'].values()).count(1) > list(alone['visibility'].values()).count(1) + 8
    assert person_record(scene_of(behind, front), front)['visibility']['nose'] == 2


def test_a_face_turned_away_is_hidden_by_the_head():
    rng = np.random.default_rng(3)
    front, back = [], []
    for _ in range(250):
        person = Person(0, sample_body(rng), Outfit.sample(rng), (160.0, 130.0, 0.0), 70)
        facing = person.body.head[2, 2]
        if abs(facing) < 0.7:
            continue
        visibility = person_record(scene_of(person), person)['visibility']
        (front if facing > 0 else back).append(visibility['left_eye'] == 2 or visibility['right_eye'] == 2)
    assert len(back) >= 5 and not any(back)
    assert len(front) >= 5 and np.mean(front) > 0.9  # an arm may be raised before the face


def test_keypoints_lie_on_the_person():
    """The skeleton is where the pixels are: the middle of every limb whose ends are seen shows its owner."""
    rng = np.random.default_rng(11)
    hits = []
    for _ in range(20):
        scene = render_scene(rng, (320, 256), 1)
        person = scene.people[0]
        visible = person_record(scene, person)['visibility']
        for a, b in (('left_knee', 'left_ankle'), ('right_hip', 'right_knee'), ('left_shoulder', 'left_elbow')):
            if visible[a] == visible[b] == 2:
                x, y = np.round((person.joints[a][:2] + person.joints[b][:2]) / 2).astype(int)
                hits.append(person.owns(scene.canvas.owner)[y, x])
    assert len(hits) > 20 and np.mean(hits) > 0.97


def test_pictures_are_no_dots_on_black():
    scene = render_scene(np.random.default_rng(2), (320, 256), 2)
    background = scene.image[scene.canvas.owner == NOBODY]
    assert background.std(0).min() > 10  # cluttered
    person = scene.people[-1]
    colours = scene.image[person.owns(scene.canvas.owner)]
    assert len(np.unique(colours // 32, axis=0)) > 20  # shaded, dressed
    assert len(colours) > 1000


# --- data sets ------------------------------------------------------------------------------------------------------


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


def test_a_thousand_people_take_less_than_a_minute_on_one_core():
    rng = np.random.default_rng(0)
    start = time.process_time()
    for _ in range(20):
        scene = render_scene(rng, (320, 256), 2)
        [person_record(scene, person) for person in scene.people]
    assert (time.process_time() - start) / 40 < 0.06


@pytest.mark.parametrize(
    'options, message',
    [
        (dict(format='yolo'), "format='yolo': choose from coco, mpii"),
        (dict(people=(5, 0)), 'people=0: must be at least 1'),
        (dict(size=(64, 10)), 'height=10: must be at least 64'),
        (dict(seed=-1), 'seed=-1: must be at least 0'),
        (dict(workers=-1), 'workers=-1: must be at least 1'),
    ],
)
def test_bad_arguments(tmp_path, options, message):
    with pytest.raises(InputError, match=message):
        generate(tmp_path / 'out', **options)
    assert not (tmp_path / 'out').exists()


def test_does_not_touch_a_folder_that_is_not_its_own(tmp_path, synthetic_coco):
    (tmp_path / 'thesis.txt').write_text('three years of work')
    with pytest.raises(InputError, match='is not empty and holds no synthetic data'):
        generate(tmp_path, 'coco', people=(1, 1))
    assert [p.name for p in tmp_path.iterdir()] == ['thesis.txt']
    with pytest.raises(InputError, match='holds other synthetic data'):
        generate(synthetic_coco, 'coco', people=(5, 5))
