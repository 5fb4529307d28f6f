"""The study of trackers: figures of true poses, of missed boxes and of a sequence of the MOT challenge; the tables."""

import csv

import cv2
import numpy as np
import pytest

from pose_plugins.experiments.tracking import compare, drawn_videos, given_truth, true_people
from pose_plugins.experiments.tracking_study import drawn_study, mot_study, summary, write_rows
from pose_plugins.inference.pose_estimator import Poses
from pose_plugins.utils.errors import InputError


class Sticks:
    """Stands in for a network: two keypoints at the ends of each box."""

    names = 'head', 'foot'
    dataset_meta = dict(sigmas=[0.1, 0.1])

    def crop(self, frame, box):
        return box

    def __call__(self, crops):
        middle = (np.array(crops)[:, 0] + np.array(crops)[:, 2]) / 2
        ends = np.stack([np.stack([middle, np.array(crops)[:, side]], 1) for side in (1, 3)], 1)
        features = np.eye(len(ends), 4, dtype=np.float32)
        return Poses(ends.astype(np.float32), np.ones(ends.shape[:2], np.float32), features)


@pytest.fixture(scope='module')
def rows(tmp_path_factory):
    out = tmp_path_factory.mktemp('study')
    return out, drawn_study(out, ['easy'], [0, 1], 1, 40, None)


def test_drawn_videos(rows):
    _, rows = rows
    assert [(row.people, row.tracker, row.seed) for row in rows[:6]] == [
        (people, tracker, 0)
        for people in ('true poses', 'true poses, boxes missed')
        for tracker in ('flow', 'pose', 'iou')
    ]
    by = {(row.people, row.tracker, row.seed): row.figures for row in rows}
    for seed in (0, 1):
        for tracker in ('flow', 'pose'):
            figures = by['true poses', tracker, seed]
            assert figures.mota >= 99 and figures.box_mota >= 99 and figures.idf1 >= 90
            missed = by['true poses, boxes missed', tracker, seed]
            assert missed.switches <= by['true poses, boxes missed', 'iou', seed].switches / 3
            assert 45 < missed.box_mota < 85  # a fifth is missed, and gaps of up to ten frames
        assert by['true poses', 'flow', seed].flow_seconds > 5 * by['true poses', 'pose', seed].flow_seconds
    assert len({figures.frames for figures in by.values()}) == 1


def test_whom_a_detector_misses(rows):
    (video,) = drawn_videos(rows[0] / 'easy_seed-0')
    seen = list(true_people(video, np.random.default_rng(0)))
    share = sum(map(len, seen)) / sum(len(shot.ids) for shot in video)
    assert 0.55 < share < 0.85
    again = list(true_people(video, np.random.default_rng(0)))
    assert all((a == b).all() for a, b in zip(seen, again))
    assert [len(of) for of in true_people(video)] == [len(shot.ids) for shot in video]


def test_every_tracker_sees_the_same(rows):
    """Also one that adds boxes: these have no pose."""
    (video,) = drawn_videos(rows[0] / 'easy_seed-1')
    way = given_truth(video, np.random.default_rng(3))
    figures = compare([video], [way], None)
    assert len({each.people for each in figures.values()}) == 1
    assert compare([video], [way], None)['pose'].switches == figures['pose'].switches


@pytest.fixture
def sequence(tmp_path):
    """Two people who walk towards each other and pass, in twenty pictures; the second is missed in five."""
    folder = tmp_path / 'crossing'
    (folder / 'img1').mkdir(parents=True)
    for name in ('gt', 'det'):
        (folder / name).mkdir()
    truth, detected = [], []
    for number in range(1, 21):
        cv2.imwrite(str(folder / f'img1/{number:06d}.jpg'), np.full((120, 320, 3), 90, np.uint8))
        for identity, x in ((1, 10 + 12 * number), (2, 270 - 12 * number)):
            truth.append(f'{number},{identity},{x},{20 * identity},30,70,1,-1,-1,-1')
            if identity == 1 or not 8 <= number < 13:
                detected.append(f'{number},-1,{x},{20 * identity},30,70,40,-1,-1,-1')
    (folder / 'gt/gt.txt').write_text('\n'.join(truth))
    (folder / 'det/det.txt').write_text('\n'.join(detected))
    return folder


def test_a_sequence(sequence):
    rows = mot_study(sequence, Sticks(), 50, False)
    by = {(row.people, row.tracker): row.figures for row in rows}
    true = by['true boxes', 'pose']
    assert (true.box_mota, true.idf1, true.switches, true.people, true.frames) == (100, 100, 0, 40, 20)
    detected = by['its detections', 'pose']
    assert detected.box_mota == pytest.approx(100 * 35 / 40) and detected.switches == 0
    assert detected.idf1 == pytest.approx(200 * 35 / 75)
    assert all(np.isnan(row.figures.mota) and row.seed is None and row.data == 'crossing' for row in rows)


def test_scores_below_the_threshold_begin_no_track(sequence):
    rows = mot_study(sequence, Sticks(), 100, False)
    assert next(row for row in rows if row.people == 'its detections').figures.box_mota == 0


def test_a_sequence_that_lacks_something(sequence):
    (sequence / 'img1/000020.jpg').unlink()
    with pytest.raises(InputError, match='gt.txt: has frame 20, .*img1 has 19 pictures'):
        mot_study(sequence, Sticks(), 50, False)
    (sequence / 'gt/gt.txt').unlink()
    with pytest.raises(InputError, match='gt.txt: cannot be read'):
        mot_study(sequence, Sticks(), 50, False)


def test_tables(rows, sequence, tmp_path):
    every = [*rows[1], *mot_study(sequence, Sticks(), 50, False)]
    write_rows(tmp_path / 'tracking.csv', every)
    with open(tmp_path / 'tracking.csv') as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == len(every) == 20
    assert lines[0]['data'] == 'easy' and float(lines[0]['mota']) == pytest.approx(every[0].figures.mota, rel=1e-5)
    assert lines[-1]['seed'] == '' and lines[-1]['mota'] == 'nan'
    text = summary(every)
    assert text.count('\n') == 2 + 3 * 2 + 4 * 2
    switches = [row.figures.switches for row in rows[1] if row.tracker == 'iou' and 'missed' in row.people]
    assert f'| {np.mean(switches):.1f} ({min(switches)}.0 to {max(switches)}.0) |' in text
