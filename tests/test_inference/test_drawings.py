"""Drawn pictures: what is drawn where, for pictures and videos, and a page of them."""

import os
import time
from dataclasses import replace

import cv2
import numpy as np
import pytest

from pose_plugins.datasets.meta import dataset_meta
from pose_plugins.inference.drawing import draw_people
from pose_plugins.inference.drawings import Drawings
from pose_plugins.inference.media import Frame, Stream
from pose_plugins.inference.results import People, nobody
from pose_plugins.inference.trails import Trails
from pose_plugins.utils.errors import InputError
from pose_plugins.utils.files import partial_name

META = dataset_meta('coco')
NAMES = tuple(META['keypoint_id2name'][i] for i in range(17))


def one(source='a.jpg', size=(200, 240), scale=1.0, ids=(3,), time=None):
    rng = np.random.default_rng(0)
    keypoints = (rng.uniform(40, 160, (1, 17, 2)) * scale).astype(np.float32)
    boxes = np.concatenate([keypoints.min(1), keypoints.max(1)], 1)
    scores = np.linspace(0, 1, 17, dtype=np.float32)[None]
    return People(source, 0, size, NAMES, keypoints, scores, boxes, np.ones(1, np.float32), np.array(ids), time)


def test_only_sure_keypoints_and_lines_as_thick_as_people_are_large():
    picture = np.full((240, 200, 3), 255, np.uint8)
    people = one()
    drawn = draw_people(picture, people, META, threshold=0.5)
    assert (picture == 255).all() and drawn.shape[0] > 240 and drawn.shape[1] == 200
    for place, score in zip(people.keypoints[0], people.scores[0]):
        x, y = np.round(place).astype(int)
        assert score < 0.5 or (drawn[y, x] != 255).any()
    alone = draw_people(picture, one(), META, threshold=0.99)
    assert (alone[:240] != 255).sum() < (drawn[:240] != 255).sum()
    large = draw_people(np.full((960, 800, 3), 255, np.uint8), one(size=(800, 960), scale=4.0), META, threshold=0.99)
    dot = [np.abs(part[:limit].astype(int) - 255).any(-1).sum() for part, limit in ((alone, 240), (large, 960))]
    assert dot[1] > 4 * dot[0]  # thicker, not only longer


def test_the_legend_tells_the_sides_apart():
    """COCO's eyes and ears are blue on both sides."""
    nobody_there = nobody('a.jpg', 0, (400, 50), NAMES)
    legend = draw_people(np.zeros((50, 400, 3), np.uint8), nobody_there, META)[50:].reshape(-1, 3).tolist()
    left, right = (
        META['keypoint_colors'][NAMES.index(f'{side}_shoulder')][::-1].tolist() for side in ('left', 'right')
    )
    assert left != right and left in legend and right in legend
    alike = {**META, 'keypoint_colors': np.full((17, 3), (0, 0, 255))}
    plain = draw_people(np.zeros((50, 400, 3), np.uint8), nobody_there, alike)[50:].reshape(-1, 3).tolist()
    assert [255, 0, 0] not in plain


def test_trails_show_where_people_were():
    trails, picture = Trails(3), np.full((240, 200, 3), 255, np.uint8)
    rows = []
    for frame in range(6):
        people = one(ids=(5,), time=frame / 25)
        people = replace(people, boxes=np.array([[20 * frame, 10, 20 * frame + 20, 100]], np.float32))
        drawn = trails.draw(picture, people)
        rows.append(np.flatnonzero((drawn[100] != 255).any(-1)))
    assert (picture == 255).all()
    assert rows[5].min() >= 3 * 20 + 10 - 2 and rows[5].max() <= 5 * 20 + 10 + 2  # of the last three frames
    left = trails.draw(picture, nobody('a.jpg', 6, (200, 240), NAMES, 0.3))
    assert (left != 255).any()  # for a while the trail stays
    for _ in range(3):
        left = trails.draw(picture, nobody('a.jpg', 6, (200, 240), NAMES, 0.3))
    assert (left == 255).all()
    assert (Trails(0).draw(picture, one()) == 255).all() and (trails.draw(picture, one(ids=(-1,))) == 255).all()
    trails.draw(picture, one(time=0.0))
    assert (trails.draw(picture, nobody('b.mp4', 0, (200, 240), NAMES, 0.0)) == 255).all()  # another video


def test_nobody_and_tiny_pictures():
    for size in ((1, 1), (300, 20)):
        picture = np.zeros((size[1], size[0], 3), np.uint8)
        assert draw_people(picture, nobody('a.jpg', 0, size, NAMES), META).shape[1] == size[0]
    far = one()
    far.keypoints[:] = 1e12
    assert draw_people(np.zeros((50, 50, 3), np.uint8), far, META).shape[1] == 50


def test_pictures_videos_and_a_page(tmp_path):
    picture = np.zeros((241, 201, 3), np.uint8)
    with Drawings(tmp_path / 'out', META) as drawings:
        for source in ('x/a.jpg', 'y/a.png', 'b & <c>.jpg'):
            drawings.write(Frame(source, 0, picture), one(source))
        for video in ('v.mp4', 'w.mp4'):
            for index in range(5):
                frame = Frame(video, index, picture, index / 10, 5, 10.0)
                drawings.write(
                    frame, one(video, time=index / 10) if index % 2 else nobody(video, index, (201, 241), NAMES)
                )
    files = sorted(path.name for path in (tmp_path / 'out').iterdir())
    assert len([name for name in files if name.endswith('.jpg')]) == 3 and {'v.mp4', 'w.mp4', 'index.html'} <= set(
        files
    )
    assert not [name for name in files if name.startswith('.')]
    page = (tmp_path / 'out/index.html').read_text()
    assert page.count('<img') == 3 and 'b &amp; &lt;c&gt;.jpg: 1' in page
    capture = cv2.VideoCapture(str(tmp_path / 'out/v.mp4'))
    assert capture.get(cv2.CAP_PROP_FRAME_COUNT) == 5 and abs(capture.get(cv2.CAP_PROP_FPS) - 10) < 0.1


def test_no_drawing_takes_the_place_of_its_source(tmp_path):
    picture = tmp_path / 'a.jpg'
    picture.touch()
    for source in (picture, Stream(str(picture), str(picture))):
        with pytest.raises(
            InputError, match='--draw: .* is the folder of a.jpg, over which a drawing might be written'
        ):
            Drawings(tmp_path, META, sources=[source])
    (tmp_path / 'link').symlink_to(tmp_path)
    with pytest.raises(InputError, match='is the folder of a.jpg'):
        Drawings(tmp_path / 'link', META, sources=[picture])
    Drawings(tmp_path / 'out', META, sources=[picture, Stream('camera:0', 0)])


@pytest.mark.parametrize('rate', [211.222, 239.815, 29.97, 719.28, 999.0])
def test_rates_that_mpeg_cannot_tell_exactly(rate, tmp_path):
    picture = np.zeros((48, 64, 3), np.uint8)
    with Drawings(tmp_path, META) as drawings:
        for index in range(3):
            drawings.write(
                Frame('v.mp4', index, picture, index / rate, 3, rate), nobody('v.mp4', index, (64, 48), NAMES)
            )
    written = cv2.VideoCapture(str(tmp_path / 'v.mp4'))
    assert written.get(cv2.CAP_PROP_FRAME_COUNT) == 3 and written.get(cv2.CAP_PROP_FPS) == pytest.approx(rate, abs=0.05)


def test_a_video_that_was_not_written_whole_is_told_of(tmp_path):
    picture = np.zeros((48, 64, 3), np.uint8)
    with pytest.raises(InputError, match='v.mp4: cannot be written: 0 of 3 frames were; is the disk full'):
        with Drawings(tmp_path, META) as drawings:
            for index in range(3):
                frame = Frame('v.mp4', index, picture, index / 25, 3, 25.0)
                drawings.write(frame, nobody('v.mp4', index, (64, 48), NAMES))
            drawings._video._writer.release()
            partial_name(tmp_path / 'v.mp4').write_bytes(b'')
    assert not list(tmp_path.iterdir())


def test_a_name_that_is_no_utf8_is_in_the_page(tmp_path):
    name = os.fsdecode(b'f\xfcnf.jpg')
    with Drawings(tmp_path, META) as drawings:
        drawings.write(Frame(name, 0, np.zeros((48, 64, 3), np.uint8)), one(name))
    assert 'f\ufffdnf.jpg: 1' in (tmp_path / 'index.html').read_text(encoding='utf-8')


def test_thousands_of_names_take_no_time_and_none_is_taken_twice(tmp_path):
    drawings = Drawings(tmp_path, META)
    start = time.process_time()
    names = [drawings._name(f'{folder}/{number}.jpg') for folder in 'abc' for number in range(2000)]
    names += [drawings._name(name) for name in ('5 2.jpg', 'A.jpg', 'a.jpg')]
    assert len({name.casefold() for name in names}) == len(names) and names[0] == '0' and names[2000] == '0 2'
    assert time.process_time() - start < 5
