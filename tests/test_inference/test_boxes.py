"""Boxes from files: three formats give the same people, and a box that is none is named."""

import json

import numpy as np
import pytest

from pose_plugins.inference.boxes import read_boxes
from pose_plugins.inference.media import Frame
from pose_plugins.utils.errors import InputError

BLACK = np.zeros((100, 120, 3), np.uint8)


def annotations(*boxes, **more):
    return dict(
        images=[dict(id=5, file_name='sub/a.jpg'), dict(id=6, file_name='b.jpg')],
        annotations=[
            dict(id=i, image_id=5, bbox=list(box), category_id=1, **more) for i, box in enumerate(boxes, start=1)
        ],
        categories=[dict(id=1, name='person')],
    )


def test_the_same_people(tmp_path):
    expected = [[10, 20, 40, 60], [1, 2, 4, 6]]
    content = annotations([10, 20, 30, 40], [1, 2, 3, 4])
    content['annotations'].append(dict(id=9, image_id=5, bbox=[0, 0, 9, 9], category_id=1, iscrowd=1))
    (tmp_path / 'a.json').write_text(json.dumps(content))
    detections = [
        dict(image_id='a.jpg', bbox=[10, 20, 30, 40], score=0.5),
        dict(image_id='a.jpg', box=[1, 2, 3, 4], score=0.5),
    ]
    (tmp_path / 'd.json').write_text(json.dumps(detections))
    (tmp_path / 'm.txt').write_text('1,7,10,20,30,40,0.5\n1,8,1,2,3,4,0.5\n')
    (tmp_path / 's.csv').write_text('source,left,top,right,bottom,score\na.jpg,10,20,40,60,0.5\na.jpg,1,2,4,6,0.5\n')
    (tmp_path / 'f.csv').write_text('frame,left,top,right,bottom,id\n0,10,20,40,60,7\n0,1,2,4,6,8\n')
    for name, source, scores, ids in (
        ('a.json', '/elsewhere/a.jpg', [1, 1], [-1, -1]),
        ('d.json', 'x/a.jpg', [0.5, 0.5], [-1, -1]),
        ('m.txt', 'video.mp4', [0.5, 0.5], [6, 7]),
        ('s.csv', 'a.jpg', [0.5, 0.5], [-1, -1]),
        ('f.csv', 'video.mp4', [1, 1], [7, 8]),
    ):
        people = read_boxes(tmp_path / name)(Frame(source, 0, BLACK))
        assert people.boxes.tolist() == expected and people.scores.tolist() == scores and people.ids.tolist() == ids, (
            name
        )
    boxes = read_boxes(tmp_path / 'a.json')
    assert len(boxes(Frame('b.jpg', 0, BLACK)).boxes) == 0  # known, and nobody in it
    with pytest.raises(InputError, match='a.json: has no picture c.jpg'):
        boxes(Frame('c.jpg', 0, BLACK))
    assert len(read_boxes(tmp_path / 'm.txt')(Frame('video.mp4', 3, BLACK)).boxes) == 0


def test_boxes_of_a_videos_frames_are_for_these_alone(tmp_path):
    """A table with files and frames, as this package writes it, was taken for every frame of a file."""
    path = tmp_path / 'b.csv'
    path.write_text('source,frame,left,top,right,bottom\nv.mp4,2,1,2,4,6\nw.mp4,0,10,20,40,60\na.jpg,7,5,5,9,9\n')
    boxes = read_boxes(path)
    for name, frame, time, expected in (
        ('x/v.mp4', 2, 0.08, [[1, 2, 4, 6]]),
        ('x/v.mp4', 0, 0.0, []),
        ('w.mp4', 0, 0.0, [[10, 20, 40, 60]]),
        ('a.jpg', 0, None, [[5, 5, 9, 9]]),  # a picture is one, whatever its number was among others
    ):
        assert boxes(Frame(name, frame, BLACK, time)).boxes.tolist() == expected
    with pytest.raises(InputError, match='b.csv: has no frame of other.mp4'):
        boxes(Frame('other.mp4', 0, BLACK, 0.0))
    path.write_text('source,frame,left,top,right,bottom\na.jpg,2,1,2,4,6\na.jpg,3,1,2,4,6\n')
    with pytest.raises(InputError, match='b.csv: has boxes of 2 frames of a.jpg, which is one picture'):
        read_boxes(path)(Frame('a.jpg', 0, BLACK))
    path.write_text('source,left,top,right,bottom\nv.mp4,1,2,4,6\n')
    with pytest.raises(InputError, match='b.csv: does not say which frames of v.mp4'):
        read_boxes(path)(Frame('v.mp4', 0, BLACK, 0.0))
    (tmp_path / 'd.json').write_text('[]')
    with pytest.raises(InputError, match='d.json: has no picture a.jpg'):  # and not nobody, in silence
        read_boxes(tmp_path / 'd.json')(Frame('a.jpg', 0, BLACK))
    path.write_text('frame,left,top,right,bottom\n2,1,2,4,6\n')
    read_boxes(path).check_sources(pictures=3, videos=0)
    read_boxes(path).check_sources(pictures=0, videos=1)
    for pictures, videos, line in (
        (2, 0, 'boxes of frame 3, counted from 1, and the source has 2 pictures'),
        (0, 2, 'and there are 2 sources: give one video'),
        (1, 1, 'and there are 2 sources: give one video'),
    ):
        with pytest.raises(InputError, match=line):
            read_boxes(path).check_sources(pictures, videos)


def test_a_byte_order_mark_is_no_part_of_the_heading(tmp_path):
    """The table, saved anew by a spreadsheet, lost its column of sources: boxes were of any file's frame of that number."""
    path = tmp_path / 'b.csv'
    path.write_text('\ufeffsource,frame,left,top,right,bottom\r\nv.mp4,0,1,2,4,6\r\nw.mp4,0,1,2,9,9\r\n')
    boxes = read_boxes(path)
    assert boxes(Frame('w.mp4', 0, BLACK, 0.0)).boxes.tolist() == [[1, 2, 9, 9]]


def test_of_several_categories_people_alone(tmp_path):
    content = annotations([1, 1, 5, 5], [2, 2, 5, 5])
    content['categories'] = [dict(id=7, name='cat'), dict(id=3, name='person')]
    for annotation, category in zip(content['annotations'], (7, 3)):
        annotation['category_id'] = category
    (tmp_path / 'a.json').write_text(json.dumps(content))
    people = read_boxes(tmp_path / 'a.json')(Frame(content['images'][0]['file_name'], 0, BLACK))
    assert people.boxes.tolist() == [[2, 2, 7, 7]]
    detections = [dict(image_id='a.jpg', category_id=of, bbox=[of, 1, 2, 2]) for of in (1, 17)]
    (tmp_path / 'd.json').write_text(
        json.dumps([*detections, dict(image_id='b.jpg', category_id=17, bbox=[1, 1, 2, 2])])
    )
    boxes = read_boxes(tmp_path / 'd.json')
    assert boxes(Frame('a.jpg', 0, BLACK)).boxes.tolist() == [[1, 1, 3, 3]]
    assert len(boxes(Frame('b.jpg', 0, BLACK)).boxes) == 0
    (tmp_path / 'd.json').write_text(json.dumps([dict(detections[0], category_id=of) for of in (0, 2)]))
    with pytest.raises(InputError, match='has categories 0, 2; people of several have category 1'):
        read_boxes(tmp_path / 'd.json')
    (tmp_path / 'd.json').write_text(json.dumps([dict(image_id='a.jpg', category_id=0, bbox=[1, 1, 2, 2])]))
    assert (
        len(read_boxes(tmp_path / 'd.json')(Frame('a.jpg', 0, BLACK)).boxes) == 1
    )  # of one category, however it is numbered


def test_boxes_behind_the_end_of_a_video_are_told(tmp_path):
    path = tmp_path / 'b.csv'
    path.write_text(
        'source,frame,left,top,right,bottom\nv.mp4,1,1,2,4,6\nv.mp4,9,1,2,4,6\nv.mp4,8,1,2,4,6\nw.mp4,3,1,2,4,6\n'
    )
    boxes = read_boxes(path)
    for frame in range(3):
        boxes(Frame('x/v.mp4', frame, BLACK, frame / 25))
    told = 'b.csv: has boxes of 2 frames that {} has not, the first of them frame 8, counted from 0; it has 3 frames'
    assert boxes.left_over() == [str(tmp_path / told.format('v.mp4'))]  # w.mp4 was not asked for
    path.write_text('frame,left,top,right,bottom\n2,1,2,4,6\n9,1,2,4,6\n8,1,2,4,6\n')
    boxes = read_boxes(path)
    for frame in range(3):
        boxes(Frame('v.mp4', frame, BLACK, frame / 25))
    assert boxes.left_over() == [str(tmp_path / told.format('the video'))]
    path.write_text('source,frame,left,top,right,bottom\na.jpg,7,1,2,4,6\n')
    boxes = read_boxes(path)
    boxes(Frame('a.jpg', 0, BLACK))
    assert boxes.left_over() == []  # a picture's number among others is none of its own


@pytest.mark.parametrize(
    'name, content, line',
    [
        ('a.json', annotations([1, 1, 0, 5]), 'annotation 1'),
        (
            'd.json',
            [dict(image_id='a', bbox=[1, 2, -3, 4])],
            'detection 0: the box must be finite, with a width and a height',
        ),
        ('d.json', [dict(image_id='a', bbox=[1, 2, 3])], 'detection 0: a box must be four numbers'),
        ('d.json', [dict(image_id='a', bbox=[1, 2, float('nan'), 4])], 'detection 0: the box must be finite'),
        ('d.json', [dict(image_id=3, bbox=[1, 2, 3, 4])], 'detection 0: image_id must be the name of a picture'),
        ('m.txt', '1,2,3', r'line 1: must be frame \(from 1\)'),
        ('m.txt', '', 'has no boxes'),
        ('f.csv', f'frame,id,left,top,right,bottom\n0,{2**63},1,2,3,4\n', 'line 2: id 9223372036854775808: must be -1'),
        ('s.csv', 'source,left\na,1\n', 'has no column bottom, right, top; a heading of source or frame'),
        ('s.csv', 'source,left,top,right,bottom\na,1,2,x,4\n', 'line 2: a box must be four numbers'),
        (
            's.csv',
            'source,left,top,right,bottom\na,5,2,1,4\n',
            'line 2: the box must be finite, with a width and a height',
        ),
        ('s.csv', 'frame,left,top,right,bottom\na,1,2,3,4\n', "line 2: frame is 'a'; it must be a whole number"),
        ('s.csv', '', 'has no boxes'),
        ('boxes.xml', '', 'boxes are read from .json, .txt, .csv'),
    ],
)
def test_boxes_that_are_none(name, content, line, tmp_path):
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(InputError, match=line):
        read_boxes(path)
    path.unlink()
    if path.suffix != '.xml':
        with pytest.raises(InputError, match='cannot be read'):
            read_boxes(path)
