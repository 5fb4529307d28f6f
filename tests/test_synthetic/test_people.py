"""Synthetic people: pictures and truth agree."""

import time

import numpy as np
import pytest

from pose_plugins.synthetic import DIFFICULTIES
from pose_plugins.synthetic.body import sample_body
from pose_plugins.synthetic.canvas import NOBODY, OCCLUDER, Canvas
from pose_plugins.synthetic.formats import person_record
from pose_plugins.synthetic.materials import Material, Outfit
from pose_plugins.synthetic.person import Person
from pose_plugins.synthetic.scene import Scene, render_scene

GREY = Material(np.float32([128, 128, 128]))


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


@pytest.mark.parametrize('difficulty', DIFFICULTIES.values(), ids=DIFFICULTIES)
def test_keypoints_lie_on_the_person(difficulty):
    """The skeleton is where the pixels are: the middle of every limb whose ends are seen shows its owner."""
    rng = np.random.default_rng(11)
    hits = []
    for _ in range(20):
        scene = render_scene(rng, (320, 256), 1, difficulty=difficulty)
        person = scene.people[0]
        visible = person_record(scene, person)['visibility']
        for a, b in (('left_knee', 'left_ankle'), ('right_hip', 'right_knee'), ('left_shoulder', 'left_elbow')):
            if visible[a] == visible[b] == 2:
                x, y = np.round((person.joints[a][:2] + person.joints[b][:2]) / 2).astype(int)
                if scene.canvas.owner[y, x] != OCCLUDER:  # a post may cross a limb between its ends
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


def test_a_thousand_people_take_less_than_a_minute_on_one_core():
    rng = np.random.default_rng(0)
    start = time.process_time()
    for _ in range(20):
        scene = render_scene(rng, (320, 256), 2)
        [person_record(scene, person) for person in scene.people]
    assert (time.process_time() - start) / 40 < 0.06
