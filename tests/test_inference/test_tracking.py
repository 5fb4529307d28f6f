"""Trackers: people who cross, are missed, leave and come; ids that are never somebody else's; bad input in one line."""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from walkers import NAMES, SIZE, Walker, crowd, frames, pictures, switches

from pose_plugins.evaluation.oks import pairwise_iou, pairwise_oks
from pose_plugins.inference.media import Frame
from pose_plugins.inference.people import found
from pose_plugins.inference.results import People
from pose_plugins.inference.tracking import KINDS, FlowTracker, IouTracker, PoseTracker
from pose_plugins.inference.tracking.motion import GATE, Motion
from pose_plugins.utils.errors import DivergedError, InputError

WITHOUT_PICTURES = {name: kind for name, kind in KINDS.items() if name != 'flow'}


@pytest.fixture(params=WITHOUT_PICTURES.values(), ids=WITHOUT_PICTURES)
def tracker(request):
    return request.param()


def test_similarities_by_hand():
    first, second = np.zeros((1, 2, 3)), np.array([[[3.0, 4, 0], [0, 0, 0]], [[0, 0, 0], [0, 10, 0]]])
    first[..., 2], second[..., 2] = 0.9, [[0.9, 0.9], [0.2, 0.9]]
    sigmas, areas = np.array([0.1, 0.5]), (np.array([80.0]), np.array([120.0, 120]))
    expected = [np.exp(-25 / (2 * 100 * 0.04)), np.exp(-100 / (2 * 100 * 1.0))]
    similar = pairwise_oks(first, second, *areas, sigmas, 0.1)
    np.testing.assert_allclose(similar, [[(expected[0] + 1) / 2, (1 + expected[1]) / 2]], rtol=1e-6)
    np.testing.assert_allclose(
        pairwise_oks(first, second, *areas, sigmas, 0.5), [[similar[0, 0], expected[1]]], rtol=1e-6
    )
    assert (pairwise_oks(first, second, *areas, sigmas, 0.95) == 0).all()
    boxes = np.array([[0, 0, 2, 2], [1, 1, 3, 3], [5, 5, 6, 6.0]])
    np.testing.assert_allclose(pairwise_iou(boxes[:1], boxes), [[1, 1 / 7, 0]])


def test_motion_is_a_kalman_filter():
    """Against the general equations of four places and four speeds."""
    from pose_plugins.inference.tracking.motion import NOISE, SEEN_NOISE, SPEED_NOISE

    draw = np.random.default_rng(0)
    box = np.array([100.0, 50, 160, 200])
    motion = Motion.begin(box)
    state = np.concatenate([motion.place, motion.speed])
    covariance = np.diag(np.concatenate([motion.place_variance, motion.speed_variance]))
    seen = np.eye(4, 8)
    length = np.array([1, 1, 0, 1])
    for steps in (1, 1, 2.5, 1):
        scale = np.where(length, state[3], 1)
        transition = np.eye(8) + steps * np.eye(8, k=4)
        noise = steps * np.diag(np.concatenate([NOISE * scale, SPEED_NOISE * scale]) ** 2)
        state, covariance = transition @ state, transition @ covariance @ transition.T + noise
        motion.predict(steps)
        np.testing.assert_allclose(motion.place, state[:4])
        spread = seen @ covariance @ seen.T + np.diag((SEEN_NOISE * np.where(length, state[3], 1)) ** 2)
        box = box + [4, 1, 4, 1] + draw.normal(0, 1, 4)
        measured = np.array(
            [box[[0, 2]].mean(), box[[1, 3]].mean(), (box[2] - box[0]) / (box[3] - box[1]), box[3] - box[1]]
        )
        error = measured - state[:4]
        np.testing.assert_allclose(motion.distances(box[None]), error @ np.linalg.inv(spread) @ error)
        gain = covariance @ seen.T @ np.linalg.inv(spread)
        state, covariance = state + gain @ error, (np.eye(8) - gain @ seen) @ covariance
        motion.update(box)
        np.testing.assert_allclose(np.concatenate([motion.place, motion.speed]), state)
        np.testing.assert_allclose(np.diag(covariance)[4:], motion.speed_variance)
    np.testing.assert_allclose(measured[:2], (motion.box[:2] + motion.box[2:]) / 2, atol=5)
    assert GATE == pytest.approx(9.4877)


def test_ids_stay_where_nobody_is_missed(tracker):
    shown = frames([Walker((100, 200), (2, 0)), Walker((300, 220), (1, 0)), Walker((500, 240), (-1, 0))], 60)
    assert switches(tracker, shown) == (0, 0, 3)


@pytest.mark.parametrize('fps', [None, 10, 30, 60])
def test_crossings_and_gaps(fps):
    """Poses tell people apart who are missed for a while: at most a third of the plain tracker's changes."""
    changes = dict.fromkeys(WITHOUT_PICTURES, 0)
    for seed in range(3):
        for name, kind in WITHOUT_PICTURES.items():
            shown = frames(crowd(8, seed), 120, noise=2, dropped=0.2, gaps=10, seed=seed, fps=fps)
            changes[name] += switches(kind(), shown)[0]
    assert changes['pose'] <= changes['iou'] / 3 and changes['pose'] <= 20


def test_all_seen_and_crossing():
    for seed in range(3):
        assert switches(PoseTracker(), frames(crowd(8, seed), 120, noise=1, seed=seed))[:2] == (0, 0)


def test_who_leaves_frees_no_id(tracker):
    (first,) = [list(islice(frames([Walker((100, 200), (2, 0))], 10), 10))]
    for people, _ in first:
        assert tracker.update(None, people).tolist() == [0]
    empty = first[0][0][[]]
    for frame in range(10, 400):
        assert tracker.update(None, replace(empty, frame=frame)).tolist() == []
    other = list(frames([Walker((500, 240), (-2, 0))], 3))
    for people, _ in other:
        assert tracker.update(None, replace(people, frame=people.frame + 400)).tolist() == [1]
    beyond = replace(other[0][0], source='next.mp4', time=0.0)  # another video: nobody is known, no id comes again
    assert tracker.update(None, beyond).tolist() == [2]


@pytest.mark.parametrize('fps', [None, 30])
def test_the_plain_tracker_forgets_after_a_frame(fps):
    for missed in range(5, 25):  # times are fractions, of which no one may count as less than a step
        tracker = IouTracker()
        shown = [people for people, _ in frames([Walker((100, 200), (1, 0))], 30, fps=fps)]
        ids = [tracker.update(None, people[[]] if people.frame == missed else people).tolist() for people in shown]
        assert ids == [[0]] * missed + [[]] + [[1]] * (29 - missed)


def test_memory_is_bounded(tracker):
    """Of people who come and go for ever only those of the last seconds are remembered."""
    for frame in range(0, 3000, 5):
        (people, _), *_ = frames([Walker((80 + 97 * frame % 480, 150 + 41 * frame % 160), (0, 0))], 1)
        tracker.update(None, replace(people, frame=frame))
    assert len(tracker._tracks) <= 240 / 5 + 1


def test_doubtful_boxes_begin_nothing(tracker):
    people, _ = next(frames(crowd(3, 0), 1))
    doubtful = replace(people, box_scores=np.array([0.9, 0.3, 0.8], np.float32))
    assert tracker.update(None, doubtful).tolist() == [0, -1, 1]
    later = replace(people, frame=1)
    assert tracker.update(None, later).tolist() == [0, 2, 1]


def test_bad_input_in_one_line(tracker):
    people, _ = next(frames(crowd(3, 0), 1))
    people = replace(people, frame=7)
    tracker.update(None, people)
    for wrong, line in (
        (replace(people, frame=7), 'walk.mp4, frame 7: comes after frame 7; people are tracked forwards'),
        (
            replace(people, frame=8, size=(320, 240)),
            f'frame 8: is 320 x 240 pixels, the one before {SIZE[0]} x {SIZE[1]}',
        ),
    ):
        with pytest.raises(InputError, match=line):
            tracker.update(None, wrong)
    for name in ('keypoints', 'boxes'):
        values = getattr(people, name).copy()
        values.flat[0] = np.nan
        with pytest.raises(
            DivergedError, match=f'walk.mp4, frame 9: {name} are NaN or infinite, nobody can be tracked'
        ):
            tracker.update(None, replace(people, frame=9, **{name: values}))
    assert tracker.update(None, replace(people, frame=10)).tolist() == [0, 1, 2]  # refused frames change nothing


@pytest.mark.parametrize(
    'kind, settings, line',
    [
        (IouTracker, dict(least=1.5), 'least=1.5'),
        (IouTracker, dict(patience=-1), 'patience=-1'),
        (PoseTracker, dict(pose_cost=float('nan')), 'pose_cost=nan'),
        (PoseTracker, dict(begin_threshold=2), 'begin_threshold=2'),
        (FlowTracker, dict(fading=1.1), 'fading=1.1'),
        (FlowTracker, dict(width=0), 'width=0'),
        (FlowTracker, dict(box_threshold=2), 'box_threshold=2'),
    ],
)
def test_arguments_out_of_range(kind, settings, line):
    with pytest.raises(InputError, match=line):
        kind(**settings)


def test_sigmas_of_other_keypoints():
    tracker = PoseTracker(sigmas=[0.1] * 17)
    shown = frames([Walker((100, 200), (2, 0))], 3)
    with pytest.raises(InputError, match='sigmas: are 17, people have 13 keypoints'):
        for people, _ in shown:
            tracker.update(None, people)


def people_at(boxes, walkers, frame):
    """Poses as of a network, in boxes: the pose of the walker who is nearest."""
    true = [walker.at(frame.index) for walker in walkers]
    middles = np.array([(box[:2] + box[2:]) / 2 for _, box in true])
    asked = (boxes.boxes[:, :2] + boxes.boxes[:, 2:]) / 2
    nearest = np.linalg.norm(asked[:, None] - middles[None], axis=-1).argmin(1)
    points = np.array([true[number][0] for number in nearest], np.float32).reshape(-1, len(NAMES), 2)
    scores = np.ones(points.shape[:2], np.float32)
    found_ = People('walk.mp4', frame.index, SIZE, NAMES, points, scores, boxes.boxes, boxes.scores, time=frame.time)
    return found_, nearest.tolist()


def test_flow_finds_whom_the_detector_missed():
    walkers = [Walker((150, 200), (3, 0)), Walker((500, 260), (-2, 1))]
    tracker, ids = FlowTracker(), {0: set(), 1: set()}
    for frame in pictures(walkers, 24):
        rows = [walker.at(frame.index)[1] for walker in walkers]
        if 8 <= frame.index < 12:  # the first is missed four times
            rows = rows[1:]
        boxes = tracker.boxes(frame, found(np.array(rows), np.full(len(rows), 0.9)))
        assert len(boxes.boxes) == 2
        if len(rows) == 1:
            (box,) = boxes.boxes[1:]
            np.testing.assert_allclose((box[:2] + box[2:]) / 2, walkers[0].at(frame.index)[0][:, :].mean(0), atol=15)
            assert boxes.scores[1] == pytest.approx(0.9 * 0.9 ** (frame.index - 7))
        people, identities = people_at(boxes, walkers, frame)
        for identity, each in zip(identities, tracker.update(frame, people).tolist()):
            ids[identity].add(each)
    assert ids == {0: {0}, 1: {1}}


def test_flow_does_not_carry_anybody_on_for_ever():
    walkers = [Walker((150, 200), (1, 0))]
    tracker, counts = FlowTracker(), []
    for frame in pictures(walkers, 40):
        rows = np.array([walkers[0].at(frame.index)[1]])[: frame.index < 5]
        boxes = tracker.boxes(frame, found(rows, np.full(len(rows), 0.9)))
        counts.append(len(boxes.boxes))
        tracker.update(frame, people_at(boxes, walkers, frame)[0])
    assert counts[:8] == [1] * 8 and counts[15:] == [0] * 25
    assert not tracker._tracks


def test_flow_tells_people_apart_who_cross():
    walkers = [Walker((150, 200), (6, 0)), Walker((450, 215), (-6, 0), 110.0)]
    shown = frames(walkers, 50, seed=1, fps=30)
    assert switches(FlowTracker(), shown, pictures(walkers, 50)) == (0, 0, 2)


def test_flow_of_tiny_pictures_and_of_another_video():
    tracker = FlowTracker()
    box, points = np.array([[2, 2, 8, 9]], np.float32), np.full((1, 13, 2), 5, np.float32)
    for index, source in enumerate(('a.mp4', 'a.mp4', 'b.mp4')):
        frame = Frame(source, index, np.zeros((10, 10, 3), np.uint8), time=index / 30)
        boxes = tracker.boxes(frame, found(box, np.ones(1)))
        scores = np.ones((1, 13), np.float32)
        people = People(source, index, (10, 10), NAMES, points, scores, boxes.boxes, boxes.scores, time=frame.time)
        assert tracker.update(frame, people).tolist() == [0 if source == 'a.mp4' else 1]


def test_somebody_who_enters_is_nobody_new_while_the_box_grows():
    """From the border; the box becomes wider by a third in a step, and then the walker stands."""
    tracker = PoseTracker()
    ids = []
    for frame, left in enumerate([312, 303, 288, 277, 269, 261, 254, 254, 250, 230]):
        box = np.array([[left, 78, 320, 196]], np.float32)
        points = np.linspace(box[:, :2], box[:, 2:], len(NAMES), axis=1).astype(np.float32)
        ones = np.ones((1, len(NAMES)), np.float32), np.ones(1, np.float32)
        people = People('walk.mp4', frame, SIZE, NAMES, points, ones[0], box, ones[1], time=frame / 30)
        ids += tracker.update(Frame('walk.mp4', frame, np.zeros((*SIZE[::-1], 3), np.uint8)), people).tolist()
    assert set(ids) == {0}
