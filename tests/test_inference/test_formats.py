"""Formats of predictions: what is written is read back, as far as each holds it; layouts by hand; and what is refused."""

import csv
import errno
import io
import json
import os
from dataclasses import replace

import numpy as np
import pytest
from xtcocotools.coco import COCO
from xtcocotools.cocoeval import COCOeval

from pose_plugins.datasets.meta import keypoint_names
from pose_plugins.inference.formats import FORMATS
from pose_plugins.inference.formats.alphapose import EIGHTEEN
from pose_plugins.inference.formats.openpose import BODY_25
from pose_plugins.inference.results import People
from pose_plugins.utils.errors import DivergedError, InputError

COCO_NAMES = tuple(keypoint_names('coco'))


def people(count, frame=0, names=COCO_NAMES, seed=0, video=False, ids=None):
    rng = np.random.default_rng([seed, frame])
    keypoints = rng.uniform(5, 95, (count, len(names), 2)).round(2).astype(np.float32)
    boxes = np.concatenate([keypoints.min(1) - 2, keypoints.max(1) + 3], 1).round(1) if count else np.zeros((0, 4))
    return People(
        source='video.mp4' if video else f'folder/picture{frame}.png',
        frame=frame,
        size=(120, 110),
        names=tuple(names),
        keypoints=keypoints,
        scores=rng.uniform(0.1, 1, (count, len(names))).round(3).astype(np.float32),
        boxes=boxes.astype(np.float32),
        box_scores=rng.uniform(0.5, 1, count).round(3).astype(np.float32),
        ids=np.arange(count) + 7 if ids is None else np.array(ids, np.int64),
        time=frame / 25 if video else None,
    )


def test_mot_holds_one_sequence(tmp_path):
    with FORMATS['mot'](tmp_path / 'out.txt') as writer:
        for frame in (0, 1, 2):
            writer.write(people(1, frame, video=True))
        with pytest.raises(
            InputError, match='picture2.png, frame 2: comes after frame 2 of video.mp4; .* one sequence'
        ):
            writer.write(people(1, 2))


@pytest.mark.parametrize('video', [False, True], ids=['pictures', 'video'])
@pytest.mark.parametrize('name', FORMATS)
def test_written_and_read_back(name, video, tmp_path):
    written = [people(count, frame, video=video) for frame, count in enumerate([2, 0, 1])]
    path = tmp_path / f'out{FORMATS[name].suffix}'
    with FORMATS[name](path) as writer:
        for each in written:
            writer.write(each)
    read = list(FORMATS[name].read(path))
    if 'without people' in FORMATS[name].lacks:
        written = [each for each in written if len(each)]
    assert [len(each) for each in read] == [len(each) for each in written]
    for before, after in zip(written, read):
        if after.names and name not in ('coco', 'alphapose'):
            shared = [
                each for each in after.names if each in before.names and not (name == 'posetrack18' and 'ear' in each)
            ]
            (points, scores), (expected, expected_scores) = after.at(shared), before.at(shared)
        else:
            points, scores, expected, expected_scores = after.keypoints, after.scores, before.keypoints, before.scores
        if name != 'mot':
            assert points.size or not len(before)
            np.testing.assert_allclose(points, expected, atol=2e-3)
            np.testing.assert_allclose(scores, expected_scores, atol=2e-3)
        if 'boxes' not in FORMATS[name].lacks.split(', ')[0]:
            np.testing.assert_allclose(after.boxes, before.boxes, atol=0.01)
        if 'ids' not in FORMATS[name].lacks:
            assert after.ids.tolist() == before.ids.tolist()
        if 'scores of people' not in FORMATS[name].lacks and name not in ('mot', 'posetrack18'):
            np.testing.assert_allclose(after.person_scores, before.person_scores, atol=1e-4)
        if name in ('json', 'csv'):
            assert (after.source, after.frame, after.size, after.time) == (
                before.source,
                before.frame,
                before.size,
                pytest.approx(before.time) if video else None,
            )
            assert after.names == before.names


@pytest.mark.parametrize('name', FORMATS)
def test_what_is_done_is_kept_whole_and_nothing_infinite_is_written(name, tmp_path):
    path = tmp_path / f'out{FORMATS[name].suffix}'
    broken = people(1, 1)
    broken.keypoints[0, 3] = np.nan
    if name == 'mot':
        broken.boxes[0, 3] = np.inf
    with pytest.raises(DivergedError, match='picture1.png, frame 1: (keypoints|boxes) of the prediction are NaN'):
        with FORMATS[name](path) as writer:
            writer.write(people(2))
            writer.write(broken)
    assert [len(each) for each in FORMATS[name].read(path)] == [2]
    assert not [each for each in tmp_path.rglob('.*')]
    with FORMATS[name](path) as writer:
        pass  # nobody at all
    if FORMATS[name].suffix:
        assert list(FORMATS[name].read(path)) == []


def test_coco_evaluates_its_own_truth_to_one(tmp_path):
    several = [people(count, frame) for frame, count in enumerate([2, 1, 3])]
    truth = dict(
        images=[dict(id=10 + i, file_name=f'picture{i}.png', width=120, height=110) for i in range(3)],
        categories=[dict(id=1, name='person', keypoints=list(COCO_NAMES), skeleton=[])],
        annotations=[],
    )
    for number, each in enumerate(several):
        for person in each:
            left, top, right, bottom = person.boxes[0].tolist()
            points = np.concatenate([person.keypoints[0], np.full((17, 1), 2)], 1)
            box = [left, top, right - left, bottom - top]
            record = dict(
                id=len(truth['annotations']) + 1, image_id=10 + number, category_id=1, iscrowd=0, num_keypoints=17
            )
            truth['annotations'].append(
                {**record, 'bbox': box, 'area': box[2] * box[3], 'keypoints': points.ravel().tolist()}
            )
    (tmp_path / 'truth.json').write_text(json.dumps(truth))
    with FORMATS['coco'](tmp_path / 'out.json', {f'picture{i}.png': 10 + i for i in range(3)}) as writer:
        for each in several:
            writer.write(each)
        with pytest.raises(InputError, match='no picture picture9.png is among those with an id'):
            writer.write(people(1, 9))
    ground = COCO(str(tmp_path / 'truth.json'))
    evaluation = COCOeval(ground, ground.loadRes(str(tmp_path / 'out.json')), 'keypoints', np.full(17, 0.05))
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    assert evaluation.stats[0] == pytest.approx(1)


def test_layouts_by_name(tmp_path):
    one = people(1)
    shoulders = one.at(['left_shoulder', 'right_shoulder'])
    neck, neck_score = shoulders[0][0].mean(0), shoulders[1][0].mean()
    with FORMATS['alphapose-cmu'](tmp_path / 'cmu.json') as writer:
        writer.write(one)
    content = json.loads((tmp_path / 'cmu.json').read_text())
    joints = np.array(content['picture0.png']['bodies'][0]['joints']).reshape(18, 3)
    np.testing.assert_allclose(joints[EIGHTEEN.index('neck')], [*neck, neck_score], atol=1e-3)
    np.testing.assert_allclose(joints[4, :2], one.at(['right_wrist'])[0][0, 0], atol=1e-3)
    with FORMATS['openpose'](tmp_path / 'open') as writer:
        writer.write(one)
        halpe = people(1, 1, tuple(keypoint_names('halpe')))
        writer.write(halpe)
    (person,) = json.loads((tmp_path / 'open/picture0_keypoints.json').read_text())['people']
    body = np.array(person['pose_keypoints_2d']).reshape(25, 3)
    hips = one.at(['left_hip', 'right_hip'])[0][0]
    np.testing.assert_allclose(body[BODY_25.index('mid_hip'), :2], hips.mean(0), atol=1e-3)
    assert (body[BODY_25.index('left_heel')] == 0).all() and person['face_keypoints_2d'] == person[
        'hand_left_keypoints_2d'
    ] == []
    (person,) = json.loads((tmp_path / 'open/picture1_keypoints.json').read_text())['people']
    body, face = (np.array(person[f'{part}_keypoints_2d']).reshape(-1, 3) for part in ('pose', 'face'))
    np.testing.assert_allclose(body[BODY_25.index('mid_hip'), :2], halpe.at(['hip'])[0][0, 0], atol=1e-3)
    np.testing.assert_allclose(body[BODY_25.index('left_heel'), :2], halpe.at(['left_heel'])[0][0, 0], atol=1e-3)
    assert len(face) == 70 and (face[68:] == 0).all() and (face[:68] != 0).all()
    hand = np.array(person['hand_right_keypoints_2d']).reshape(21, 3)
    np.testing.assert_allclose(hand[8, :2], halpe.at(['right_forefinger4'])[0][0, 0], atol=1e-3)


def test_mot_by_hand(tmp_path):
    (tmp_path / 'gt.txt').write_text('2,3,10,20,30,40,1,-1,-1,-1\n2,4,1,1,5,5,0,1,1\n1,-1,0.5,0,2,2,0.25\n')
    first, second = FORMATS['mot'].read(tmp_path / 'gt.txt')
    assert (first.frame, first.ids.tolist(), first.box_scores.tolist()) == (0, [-1], [0.25])
    assert (second.frame, second.ids.tolist(), second.boxes.tolist()) == (1, [2], [[10, 20, 40, 60]])
    with FORMATS['mot'](tmp_path / 'out.txt') as writer:
        writer.write(replace(first, time=0.0))
        writer.write(replace(second, time=0.04))
    assert (tmp_path / 'out.txt').read_text() == (
        '1,-1,0.50,0.00,2.00,2.00,0.2500,-1,-1,-1\n2,3,10.00,20.00,30.00,40.00,1.0000,-1,-1,-1\n'
    )


def test_large_ids_of_mot_stay_apart(tmp_path):
    (tmp_path / 'gt.txt').write_text('1,16777217,1,1,5,5,1\n1,16777218,9,9,5,5,1\n')
    (frame,) = FORMATS['mot'].read(tmp_path / 'gt.txt')
    assert frame.ids.tolist() == [16777216, 16777217]


def test_tracks_that_posetrack_cannot_hold(tmp_path):
    for ids, line in (
        ([-1, 3], 'id -1 has no track'),
        ([3, 1000], 'id 1000 is above 999'),
        ([4, 4], 'id 4 is there twice'),
    ):
        with pytest.raises(InputError, match=f'picture0.png, frame 0: {line}'):
            with FORMATS['posetrack18'](tmp_path / 'out.json') as writer:
                writer.write(people(2, ids=ids))


@pytest.mark.parametrize('name', ['alphapose', 'alphapose-cmu', 'alphapose-open', 'openpose', 'posetrack18'])
def test_names_that_two_pictures_would_share_are_refused(name, tmp_path):
    """One was written over the other, or people of both came under one name."""
    first, path = people(1, ids=[1]), tmp_path / f'out{FORMATS[name].suffix}'
    with pytest.raises(
        InputError, match='y/1.jpg: would have the name of x/1.jpg in .*out.*: write one of them elsewhere'
    ):
        with FORMATS[name](path) as writer:
            writer.write(replace(first, source='x/1.jpg'))
            writer.write(replace(first, source='y/1.jpg'))
    with FORMATS[name](path) as writer:  # as before, a file holds what came before the error
        for source in ('x/1.jpg', 'x/2.jpg'):
            writer.write(replace(first, source=source))
        if name == 'openpose':
            with pytest.raises(InputError, match='x/2.png: would have the name of x/2.jpg'):
                writer.write(replace(first, source='x/2.png'))
        else:
            writer.write(replace(first, source='x/2.png'))
    other = 'a.mp4: a file of PoseTrack18 holds one video' if name == 'posetrack18' else 'y/a.mp4: would have the name'
    with pytest.raises(InputError, match=other):
        with FORMATS[name](path) as writer:
            for source in ('x/a.mp4', 'x/a.mp4', 'y/a.mp4'):
                writer.write(replace(first, source=source, time=0.0))


def test_an_error_before_anything_leaves_the_older_file(tmp_path):
    path = tmp_path / 'out.json'
    with FORMATS['json'](path) as writer:
        writer.write(people(1))
    before = path.read_bytes()
    with pytest.raises(InputError), FORMATS['json'](path):
        raise InputError('something is wrong')
    assert path.read_bytes() == before and [each.name for each in tmp_path.iterdir()] == ['out.json']
    with FORMATS['json'](path):
        pass  # nobody was found, which is a result
    assert list(FORMATS['json'].read(path)) == []


def test_names_that_are_no_utf8_and_files_with_a_byte_order_mark(tmp_path):
    name = os.fsdecode(b'f\xfcnf.jpg')
    for kind in FORMATS:
        path = tmp_path / f'{kind}{FORMATS[kind].suffix}'
        with FORMATS[kind](path) as writer:
            writer.write(replace(people(1, ids=[1]), source=name))
        if path.is_file():
            path.write_bytes(b'\xef\xbb\xbf' + path.read_bytes())
            (read,) = FORMATS[kind].read(path)
            assert len(read) == 1, kind


def test_a_disk_that_fills_up_in_the_midst_of_a_write(tmp_path):
    """Where a part of it was written, the rest is tried again when the file is closed."""
    with pytest.raises(InputError, match='out.csv: cannot be written: No space left on device'):
        with FORMATS['csv'](tmp_path / 'out.csv') as writer:
            writer._file.close()
            writer._file = io.TextIOWrapper(io.BufferedWriter(Filling()), encoding='utf-8')
            for frame in range(200):
                writer.write(people(3, frame))
    assert not list(tmp_path.iterdir())


class Filling(io.RawIOBase):
    """A disk that takes a thousand bytes."""

    left = 1000

    def writable(self):
        return True

    def write(self, content):
        if not self.left:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = min(self.left, len(content))
        self.left -= taken
        return taken


def test_csv_is_one_table(tmp_path):
    with FORMATS['csv'](tmp_path / 'out.csv') as writer:
        writer.write(people(2))
        with pytest.raises(InputError, match='has other keypoints than the pictures before'):
            writer.write(people(1, 1, ('nose',)))
    with (tmp_path / 'out.csv').open() as table:
        rows = list(csv.DictReader(table))
    assert len(rows) == 2 and float(rows[1]['nose_x']) == pytest.approx(float(people(2).keypoints[1, 0, 0]), abs=1e-3)


@pytest.mark.parametrize(
    'name, content, line',
    [
        ('json', '{"frames": []}', 'is no file of ours'),
        ('json', '{"version": 1, "frames": [{}]}', 'frame 0: not the people of a picture'),
        ('json', '{', 'is no JSON'),
        ('coco', '{}', "is no results file in COCO's format: a list of records"),
        ('coco', '[{"image_id": 1}]', 'record 0 has no image_id, keypoints or score'),
        ('coco', '[{"image_id": 1, "keypoints": [1, 2], "score": 1}]', 'picture 1: keypoints must be x, y, score'),
        ('coco', '[{"image_id": 1, "keypoints": [1, 2, 3], "score": "a"}]', 'a score is no number'),
        ('alphapose', '[1]', 'is no file of AlphaPose: a list of records'),
        ('alphapose-cmu', '[]', "is no file of AlphaPose's kind"),
        ('alphapose-cmu', '{"a": {"bodies": [{"joints": [1, 2, 3]}]}}', 'bodies has 1 keypoints; it must be 18'),
        ('posetrack18', '{"annotations": 3}', 'is no file of PoseTrack18'),
        ('mot', '1,2,3', r'line 1: must be frame \(from 1\)'),
        ('mot', '1,1,0,0,5,nan,1', 'line 1: must be frame'),
        ('mot', '1,1,0,0,-5,5,1', 'line 1: must be frame'),
        ('mot', 'a,b', 'line 1: must be numbers'),
        ('mot', 'inf,1,0,0,5,5,1', 'line 1: must be numbers'),
        ('csv', 'a,b\n1,2\n', 'has another heading than source, frame'),
    ],
)
def test_damaged_files(name, content, line, tmp_path):
    path = tmp_path / 'file'
    path.write_text(content)
    with pytest.raises(InputError, match=line):
        list(FORMATS[name].read(path))
    with pytest.raises(InputError, match='none: (cannot be read|is no folder)'):
        list(FORMATS[name].read(tmp_path / 'none'))


def test_places_that_cannot_be_written(tmp_path):
    (tmp_path / 'file').touch()
    for name, path, line in (
        ('json', 'out.txt', 'must end in .json'),
        ('mot', 'file/out.txt', 'is a file, and must be a folder'),
        ('openpose', 'file', 'is a file, and must be a folder'),
    ):
        with pytest.raises(InputError, match=line):
            FORMATS[name](tmp_path / path)


@pytest.mark.parametrize('pictures', [1, 200], ids=['at the end', 'before'])
@pytest.mark.parametrize('name', [name for name in FORMATS if FORMATS[name].suffix])
def test_a_disk_that_fills_up_is_told_of_and_leaves_nothing(name, pictures, tmp_path):
    path = tmp_path / f'out{FORMATS[name].suffix}'
    with pytest.raises(InputError, match=rf'out\{FORMATS[name].suffix}: .*No space left on device'):
        with FORMATS[name](path) as writer:
            writer._file.close()
            writer._file = open('/dev/full', 'w', encoding='utf-8')  # noqa: SIM115
            for frame in range(pictures):
                writer.write(people(3, frame))
    assert not list(tmp_path.iterdir())
