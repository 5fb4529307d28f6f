"""Synthetic videos: who people are stays, how they walk, what hides them, and the camera."""

import json

import cv2
import numpy as np
import pytest

from pose_plugins.synthetic import DIFFICULTIES, generate
from pose_plugins.synthetic.formats import person_record
from pose_plugins.synthetic.video import Video
from pose_plugins.utils.errors import InputError

SIZE = 320, 256


def video(difficulty='easy', seed=0, frames=60, walkers=4, speed=1.0):
    return Video([seed, 1], SIZE, frames, walkers, speed, DIFFICULTIES[difficulty])


def records(scene):
    """People as they are seen: identity -> record."""
    known = {person.index: person_record(scene, person) for person in scene.people}
    return {identity: record for identity, record in known.items() if record}


def test_any_frame_is_the_same_whatever_was_rendered_before():
    first, second = video('hard'), video('hard')
    for frame in (30, 3):
        shown = first.frame(frame)
        again = second.frame(frame)
        np.testing.assert_array_equal(shown.image, again.image)
        second.frame(7)
    assert (first.frame(3).image != video('hard', seed=1).frame(3).image).any()


@pytest.mark.parametrize('difficulty', DIFFICULTIES)
def test_people_stay_who_they_are(difficulty):
    worn, builds = {}, {}
    for frame in (0, 17, 40):
        for person in video(difficulty).frame(frame).people:
            worn.setdefault(person.index, set()).add(person.outfit.top.base.tobytes())
            builds.setdefault(person.index, set()).add((person.body.build, person.scale))
    assert len(worn) >= 4
    assert all(len(seen) == 1 for seen in (*worn.values(), *builds.values()))
    assert len({next(iter(seen)) for seen in builds.values()}) == len(builds)


def test_people_enter_leave_stop_and_cross():
    film = video(frames=150, walkers=4, speed=1.5)
    places = {}  # identity -> frame -> x of the pelvis
    for frame in range(150):
        for walker in film.people:
            if walker.enters <= frame < walker.leaves:
                places.setdefault(walker.number, {})[frame] = walker.at(frame).joints['pelvis'][0]
    assert len(places) > 6
    assert any(min(of) > 0 for of in places.values()) and any(max(of) < 149 for of in places.values())
    steps = {number: np.diff([of[frame] for frame in sorted(of)]) for number, of in places.items()}
    for of in steps.values():
        assert (of >= 0).all() or (of <= 0).all()  # everybody goes one way
    assert any(((np.abs(of) < 1e-9).sum() >= 8) & (np.abs(of) > 1).any() for of in steps.values())  # and some stop
    order = {
        (a, b): {np.sign(places[a][frame] - places[b][frame]) for frame in places[a].keys() & places[b].keys()}
        for a in places
        for b in places
        if a < b
    }
    assert any({-1.0, 1.0} <= sides for sides in order.values())  # and pass each other


def test_legs_swing_as_far_as_the_way_goes():
    """A walk that is twice as fast shows after half of the frames what the other one does."""
    slow, fast = video(frames=40), video(frames=40, speed=2.0)
    ((one, other),) = [(a, b) for a, b in zip(slow.people[:1], fast.people[:1])]
    assert one.seed == other.seed and other.pace == pytest.approx(2 * one.pace)
    before = min(one.stops[0], 2 * other.stops[0], 20) // 2
    for name, place in one.at(2 * before).joints.items():
        np.testing.assert_allclose(place, other.at(before).joints[name])
    knees = [one.at(frame).joints['left_knee'][0] - one.at(frame).joints['pelvis'][0] for frame in range(one.stops[0])]
    assert np.ptp(knees) > 0.05 * one.scale


def test_nobody_is_known_by_the_leg_that_is_put_first():
    """People come in at any phase of a step, whichever way they walk: else a network would learn the habit."""
    ahead = {-1: [], 1: []}
    for walker in video(walkers=30).people:
        first, then = (walker.at(walker.enters + frame).joints for frame in (0, 3))
        moved = (then['left_ankle'] - first['left_ankle']) - (then['right_ankle'] - first['right_ankle'])
        side = np.sign(walker.pace)
        ahead[side].append(side * moved[0] > 0)
    assert all(0.25 < np.mean(left) < 0.75 for left in ahead.values()), ahead


def test_faces_go_ahead():
    for walker in video(walkers=8).people:
        ahead = walker.at(walker.enters).body.trunk[0, 2]  # the front's part to the right
        assert np.sign(ahead) == np.sign(walker.pace)


def test_people_hide_each_other_and_things_hide_them():
    """Somebody in front is what the picture shows where two are, and whoever is behind is told as hidden."""
    behind = hidden = 0
    for seed in (3, 4, 5):
        film = video('hard', seed=seed, walkers=6)
        depths = {walker.number: walker.depth for walker in film.people}
        for frame in range(0, 60, 8):
            scene = film.frame(frame)
            seen = records(scene)
            for person in scene.people:
                for name in ('left_hip', 'right_knee', 'left_elbow', 'right_ankle', 'thorax'):
                    x, y = np.round(person.joints[name][:2]).astype(int)
                    if not (0 <= x < SIZE[0] and 0 <= y < SIZE[1]):
                        continue
                    owner = scene.canvas.owner[y, x] // 14
                    if owner >= 0 and owner != person.index:
                        assert depths[owner] > depths[person.index]
                        assert person.index not in seen or seen[person.index]['visibility'][name] == 1
                        behind += 1
                    hidden += scene.canvas.owner[y, x] == -2
    assert behind > 3 and hidden > 0


@pytest.mark.parametrize('difficulty, least, most', [('easy', 0, 6), ('hard', 30, 200)])
def test_the_camera(difficulty, least, most):
    """A thing that stands still moves through the picture as far as the camera pans and shakes, and nothing else does."""
    film = video(difficulty, frames=80)
    film.people = []
    first = film.frame(0).image
    moved = []
    for frame in range(0, 80, 8):
        template = film.frame(frame).image[100:150, 140:180]
        fit = cv2.matchTemplate(first, template, cv2.TM_CCOEFF_NORMED)
        y, x = np.unravel_index(fit.argmax(), fit.shape)
        if fit.max() > 0.6:  # the place is still in the first picture
            moved.append(np.abs([x - 140, y - 100]).max())
    assert least <= max(moved) <= most


def test_a_video_is_written_as_posetrack18_has_it(tmp_path):
    generate(tmp_path / 'a', 'posetrack18', (1, 100), frames=20, walkers=3, speed=2.0, difficulty='medium', workers=2)
    content = json.loads((tmp_path / 'a/annotations/posetrack18_val.json').read_text())
    assert len(content['images']) == 40 and {image['nframes'] for image in content['images']} == {20}
    files = sorted((tmp_path / 'a/annotations/val').glob('*.json'))
    assert [path.stem for path in files] == ['000001_synthetic', '000002_synthetic']
    people = content['annotations']
    by_frame = {}
    for person in people:
        by_frame.setdefault(person['image_id'], []).append(person['track_id'])
        if any(person['keypoints']):
            assert min(person['bbox_head'][2:]) > 3
    assert all(len(ids) == len(set(ids)) for ids in by_frame.values())
    assert 1 < np.mean([len(ids) for ids in by_frame.values()]) < 5
    generate(tmp_path / 'b', 'posetrack18', (1, 100), frames=20, walkers=3, speed=2.0, difficulty='medium', workers=1)
    for path in (tmp_path / 'a').rglob('*.*'):
        assert path.read_bytes() == (tmp_path / 'b' / path.relative_to(tmp_path / 'a')).read_bytes()


@pytest.mark.parametrize(
    'format, settings, message',
    [
        ('coco', dict(frames=5), 'frames, walkers, speed: are of videos'),
        ('coco', dict(walkers=5), 'frames, walkers, speed: are of videos'),
        ('mpii', dict(speed=1.0), 'frames, walkers, speed: are of videos'),
        ('posetrack18', dict(frames=1), 'frames'),
        ('posetrack18', dict(frames=10**6), 'frames'),
        ('posetrack18', dict(walkers=0), 'walkers'),
        ('posetrack18', dict(speed=0), 'speed'),
        ('posetrack18', dict(speed=float('nan')), 'speed'),
        ('posetrack18', dict(frames=1000, walkers=50, speed=10), 'shows more people than PoseTrack18'),
    ],
)
def test_what_cannot_be_filmed(tmp_path, format, settings, message):
    with pytest.raises(InputError, match=message) as error:
        generate(tmp_path / 'out', format, (1, 1), workers=1, **settings)
    assert '\n' not in str(error.value)
    assert not list((tmp_path / 'out').rglob('*.jpg'))
