"""Predictions: equal to MMPose's, in order, whatever the batches; boxes and pictures that make trouble."""

import threading
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.dataset import pseudo_collate
from mmpose.apis import inference_topdown, init_model

from pose_plugins.config import load_config
from pose_plugins.evaluation.pose_nms import BODY
from pose_plugins.experiments.throughput import crowd
from pose_plugins.inference.boxes import read_boxes
from pose_plugins.inference.estimator import PLAIN, Estimator, Speed, largest_difference
from pose_plugins.inference.formats import FORMATS
from pose_plugins.inference.media import Frame, found_sources, frames
from pose_plugins.inference.model import load_model
from pose_plugins.inference.people import GivenBoxes, found, whole_picture
from pose_plugins.inference.predict import estimated, predict
from pose_plugins.utils.errors import InputError


@pytest.fixture(scope='module')
def model(configs):
    (config,) = (configs / 'alphapose').glob('*_synthetic-*.py')
    torch.manual_seed(0)
    model = init_model(load_config(config), device='cpu')
    for (
        layer
    ) in model.head.modules():  # else all points lie in the middle; integrals have no ties as maxima of chance have
        if isinstance(layer, torch.nn.Conv2d):
            torch.nn.init.normal_(layer.weight, std=0.3)
    return model


def pictures(count, seed=0):
    rng = np.random.default_rng(seed)
    for number in range(count):
        coarse = rng.integers(0, 255, (6, 8, 3), np.uint8)
        yield Frame(f'{number}.jpg', 0, cv2.resize(coarse, (160, 120), interpolation=cv2.INTER_CUBIC))


def boxes_of(counts, seed=1):
    rng = np.random.default_rng(seed)
    corners = [np.sort(rng.uniform(0, 110, (count, 2, 2)), 1) for count in counts]
    return {
        f'{number}.jpg': found(each.reshape(-1, 4) + [0, 0, 8, 8], np.ones(len(each)))
        for number, each in enumerate(corners)
    }


@pytest.mark.parametrize('batch', [1, 4, 64])
def test_equal_to_mmpose_in_order_whatever_the_batch(model, batch):
    counts = [0, 3, 1, 0, 0, 7, 2, 0]
    boxes = boxes_of(counts)
    several = list(pictures(len(counts)))
    results = list(estimated(iter(several), Estimator(model, PLAIN), GivenBoxes(boxes), batch))
    assert [len(people) for _, people in results] == counts
    assert [frame.source for frame, _ in results] == [people.source for _, people in results] == list(boxes)
    for frame, people in results:
        assert people.names[0] == 'nose' and people.size == (160, 120)
        if len(people):
            expected = inference_topdown(model, frame.picture, boxes[frame.source].boxes)
            keypoints = np.concatenate([sample.pred_instances.keypoints for sample in expected])
            np.testing.assert_allclose(people.keypoints, keypoints, atol=0.01)
            scores = np.concatenate([sample.pred_instances.keypoint_scores for sample in expected])
            np.testing.assert_allclose(people.scores, scores, atol=1e-4)


def test_a_stream_is_answered_as_it_comes_and_read_as_it_is_wanted(model):
    taken = []

    def stream():
        for number, frame in enumerate(pictures(50)):
            taken.append(number)
            yield Frame('camera:0', number, frame.picture, number / 25, None)

    results = estimated(stream(), Estimator(model), whole_picture, batch=32)
    for number in range(3):
        frame, people = next(results)
        assert frame.index == people.frame == number and people.time == number / 25 and len(taken) == number + 1
    results.close()


def test_pictures_without_people_do_not_pile_up(model):
    taken = []

    def stream():
        for frame in pictures(300):
            taken.append(frame.source)
            yield frame

    boxes = boxes_of([1] + [0] * 299)
    results = estimated(stream(), Estimator(model), GivenBoxes(boxes), batch=32)
    next(results)
    assert len(taken) <= 64
    assert len(list(results)) == 299


def test_from_files_on_a_thread_that_ends_with_the_caller(model, tmp_path):
    for frame in pictures(12):
        cv2.imwrite(str(tmp_path / frame.source.replace('.jpg', '.png')), frame.picture)
    threads = threading.active_count()
    results = predict(tmp_path, model)
    assert [people.source for people in results] == [str(tmp_path / f'{number}.png') for number in range(12)]
    some = predict(tmp_path, model)
    next(some)
    some.close()
    assert threading.active_count() == threads
    (tmp_path / '11.png').write_bytes(b'')
    with pytest.raises(InputError, match='11.png: the file is empty'):
        list(predict(str(tmp_path / '*.png'), model))
    (alone,) = predict(next(pictures(1)).picture, model)
    assert alone.source == 'array' and len(alone) == 1 and alone.boxes.tolist() == [[0, 0, 160, 120]]


@pytest.mark.parametrize(
    'box, line',
    [
        ([5, 5, 5, 9], 'box 0 is 5, 5, 5, 9; it must be left, top, right, bottom'),
        ([5, 9, 8, 2], 'box 0 is 5, 9, 8, 2'),
        ([np.nan, 0, 9, 9], 'box 0 is nan, 0, 9, 9'),
        ([0, 0, np.inf, 9], 'box 0 is 0, 0, inf, 9'),
    ],
)
def test_boxes_that_are_none(model, box, line):
    people = GivenBoxes({'0.jpg': found(np.array([box]), np.ones(1))})
    with pytest.raises(InputError, match=line):
        list(estimated(pictures(1), Estimator(model), people))


def test_the_same_boxes_in_every_picture(model):
    pictures = [np.random.default_rng(seed).integers(0, 255, (90, 70, 3), np.uint8) for seed in range(2)]
    boxes = [[0, 0, 60, 80], [10, 5, 70, 90]]
    first, second = predict(pictures, model, boxes)
    assert first.boxes.tolist() == second.boxes.tolist() == boxes
    for wrong, line in (
        (boxes[0], r'of shape \(4,\), must be \(N, 4\)'),
        ([['a'] * 4], 'must be numbers'),
        ([[1], [1, 2]], 'num'),
    ):
        with pytest.raises(InputError, match=line):
            predict(pictures, model, wrong)


def test_boxes_by_number_are_of_pictures_in_their_order(model, tmp_path):
    """As in a folder of the MOT challenge."""
    for number, picture in enumerate(pictures(3), start=1):
        cv2.imwrite(str(tmp_path / f'{number:06}.jpg'), picture.picture)
    boxes = tmp_path / 'gt.txt'
    rows = [(1, 7, 10, 10, 50, 60), (3, 7, 40, 20, 50, 60), (3, 9, 60, 30, 40, 50)]
    boxes.write_text('\n'.join(f'{frame},{i},{x},{y},{w},{h},1,-1,-1,-1' for frame, i, x, y, w, h in rows))
    found_people = list(predict(tmp_path, model, read_boxes(boxes)))
    assert [(each.frame, len(each)) for each in found_people] == [(0, 1), (1, 0), (2, 2)]
    assert found_people[2].boxes.tolist() == [[40, 20, 90, 80], [60, 30, 100, 80]]
    with FORMATS['mot'](tmp_path / 'out.txt') as writer:
        for people in found_people:
            writer.write(people)
    assert [line.split(',')[0] for line in (tmp_path / 'out.txt').read_text().splitlines()] == ['1', '3', '3']
    with pytest.raises(InputError, match='gt.txt: has boxes of frame 3, counted from 1, and the source has 2 pictures'):
        predict([tmp_path / '000001.jpg', tmp_path / '000002.jpg'], model, read_boxes(boxes))


def test_boxes_outside_of_the_picture_are_nobody(model):
    boxes = np.array([[500, 0, 600, 90], [-50, -50, -1, -1], [-20, -20, 30, 60]])
    people = GivenBoxes({'0.jpg': found(boxes, np.array([0.5, 0.6, 0.7]), np.array([4, 5, 6]))})
    ((_, result),) = estimated(pictures(1), Estimator(model), people)
    assert result.ids.tolist() == [6] and result.boxes.tolist() == [[-20, -20, 30, 60]]
    with pytest.raises(InputError, match='boxes: has no picture 1.jpg'):
        list(estimated(pictures(2), Estimator(model), people))


def test_faster_and_how_much_it_differs(model):
    frame = next(pictures(1))
    plain = Estimator(model, PLAIN)
    people = [plain.crop(frame, np.array([0, 0, 160, 120], np.float32)) for _ in range(2)]
    for speed, limit in ((Speed(), 0.01), (Speed(bfloat16=True), 5), (Speed(flip=False), 200)):
        assert largest_difference(Estimator(model, speed), people) <= limit
    assert largest_difference(Estimator(model, Speed(flip=False)), people) > 0
    before = [name for name, _ in model.named_modules()]
    fused = Estimator(model, Speed())
    assert [name for name, _ in model.named_modules()] == before
    assert not any(isinstance(each, torch.nn.BatchNorm2d) for each in fused.network.backbone.modules())
    model.test_step(pseudo_collate(people))


def test_somebody_found_twice_is_one_person(model):
    box = np.array([[10, 10, 90, 110], [11, 10, 91, 110], [10, 10, 90, 110]], float)
    people = GivenBoxes({'0.jpg': found(box, np.array([0.9, 0.8, 0.7]), np.array([4, 5, 6]))})
    ((_, several),) = estimated(pictures(1), Estimator(model), people)
    loose = replace(BODY, similarity=0.0, score_threshold=0.0)
    ((_, one),) = estimated(pictures(1), Estimator(model), people, nms=loose)
    assert len(several) == 3 and len(one) == 1
    best = several.scores.mean(1).argmax()
    assert one.ids[0] == several.ids[best] and one.boxes[0].tolist() == several.boxes[best].tolist()
    lowest, highest = several.keypoints.min(0), several.keypoints.max(0)
    assert (lowest - 1e-3 <= one.keypoints[0]).all() and (one.keypoints[0] <= highest + 1e-3).all()
    ((_, nobody),) = estimated(
        pictures(1), Estimator(model), GivenBoxes({'0.jpg': found(box[:0], np.zeros(0))}), nms=loose
    )
    assert len(nobody) == 0


@pytest.mark.parametrize('flip', [True, False])
def test_decoded_together_as_one_by_one(flip):
    model = load_model('small-person', device='cpu')
    estimator = Estimator(model, Speed(flip=flip))
    assert estimator._deployed is not None
    picture, boxes = crowd(6)
    frame = Frame('crowd.jpg', 0, picture)
    people = [estimator.crop(frame, box) for box in boxes]
    plain = Estimator(model, replace(PLAIN, flip=flip))
    expected, found_ = plain([plain.crop(frame, box) for box in boxes]), estimator(people)
    np.testing.assert_allclose(found_.keypoints, expected.keypoints, atol=0.01)
    np.testing.assert_allclose(found_.scores, expected.scores, atol=1e-5)


def test_mmpose_decodes_where_only_it_knows_how(model):
    frame, box = next(pictures(1)), np.array([0, 0, 160, 120], np.float32)
    chosen = deepcopy(model)
    chosen.test_cfg['output_keypoint_indices'] = [3, 1]
    padded = deepcopy(model)
    padded.data_preprocessor.pad_size_divisor = 64
    for other in (chosen, padded):
        estimator, plain = Estimator(other), Estimator(other, PLAIN)
        assert estimator._deployed is None
        keypoints = plain([plain.crop(frame, box)]).keypoints
        np.testing.assert_allclose(estimator([estimator.crop(frame, box)]).keypoints, keypoints, atol=0.01)
    assert Estimator(chosen)([estimator.crop(frame, box)]).keypoints.shape == (1, 2, 2)


def test_sources(tmp_path):
    for name in ('b10.png', 'b9.png', 'a.PNG', 'note.txt', '.hidden.png'):
        cv2.imwrite(str(tmp_path / 'x.png'), np.zeros((4, 6, 3), np.uint8))
        (tmp_path / 'x.png').rename(tmp_path / name)
    names = [path.name for path in found_sources(tmp_path)]
    assert names == ['a.PNG', 'b9.png', 'b10.png']
    assert [path.name for path in found_sources(str(tmp_path / 'b*'))] == ['b9.png', 'b10.png']
    video = tmp_path / 'v.avi'
    writer = cv2.VideoWriter(str(video), cv2.VideoWriter_fourcc(*'MJPG'), 10, (32, 24))
    for value in (0, 100, 200):
        writer.write(np.full((24, 32, 3), value, np.uint8))
    writer.release()
    several = list(frames(found_sources([str(video), tmp_path / 'a.PNG', np.zeros((3, 5, 3), np.uint8)])))
    assert [(Path(f.source).name, f.index, f.size) for f in several] == [
        *(('v.avi', number, (32, 24)) for number in range(3)),
        ('a.PNG', 0, (6, 4)),
        ('array 2', 1, (5, 3)),
    ]
    assert [f.time for f in several[:3]] == pytest.approx([0, 0.1, 0.2])
    assert found_sources('camera:3')[0].handle == found_sources(3)[0].handle == 3
    (tmp_path / 'none').mkdir()
    (tmp_path / 'cut.mp4').write_bytes(b'\0\0\0 ftyp')
    (tmp_path / 'empty.mp4').touch()
    for source, line in {
        tmp_path / 'none': 'the folder has no pictures',
        'nowhere.jpg': 'nowhere.jpg: there is no such file or folder',
        str(tmp_path / 'z*.png'): 'no picture or video has such a name',
        '': "'': is no name of a file",
        tmp_path / 'cut.mp4': 'cut.mp4: is no video that OpenCV can read',
        tmp_path / 'empty.mp4': 'empty.mp4: the file is empty',
        'camera:77': 'camera:77: is no camera that can be opened',
    }.items():
        with pytest.raises(InputError, match=line):
            list(frames(found_sources(source)))
    for source, line in (
        (None, 'None: is no source'),
        (1.5, 'float: is no source'),
        (np.zeros((4, 4)), r'array: has shape'),
    ):
        with pytest.raises(InputError, match=line):
            found_sources(source)
