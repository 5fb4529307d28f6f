"""Pictures, and the people in them, as annotations give them."""

import json

import numpy as np
import pytest

from pose_plugins.inference.sources import read_people
from pose_plugins.utils.errors import InputError


def annotations(path, **changes):
    person = dict(id=7, image_id=1, bbox=[10, 20, 30, 40], keypoints=[1, 2, 2, 3, 4, 0], **changes)
    crowd = dict(id=8, image_id=1, bbox=[0, 0, 9, 9], iscrowd=1)
    path.write_text(json.dumps(dict(images=[dict(id=1, file_name='some/a.jpg')], annotations=[person, crowd])))
    return path


def test_people_of_a_picture(tmp_path):
    people = read_people(annotations(tmp_path / 'people.json'), ['here/a.jpg'], 2)
    boxes, keypoints = people['here/a.jpg']
    np.testing.assert_allclose(boxes, [[10, 20, 40, 60]])  # left, top, right, bottom; the crowd does not count
    np.testing.assert_allclose(keypoints, [[[1, 2, 2], [3, 4, 0]]])
    assert read_people(tmp_path / 'people.json', ['a.jpg'], 17)['a.jpg'][1] is None


@pytest.mark.parametrize(
    'changes, message',
    [
        (dict(bbox=[1, 2, 3]), 'annotation 7: bbox is .*: bbox must be 4 numbers'),
        (dict(bbox=None), 'annotation 7: bbox is .*: bbox must be 4 numbers'),
        (dict(bbox=['a', 1, 2, 3]), 'annotation 7: bbox is .*: bbox must be 4 numbers'),
        (dict(image_id=2), 'annotation 7: image_id is 2: there is no such image in the file'),
        (dict(bbox=[1, 2, 0, 3]), 'people.json: has no boxes for a.jpg'),
    ],
)
def test_bad_people_in_one_line(changes, message, tmp_path):
    path = annotations(tmp_path / 'people.json')
    content = json.loads(path.read_text())
    content['annotations'][0].update(changes)
    path.write_text(json.dumps(content))
    with pytest.raises(InputError, match=message) as error:
        read_people(path, ['a.jpg'], 2)
    assert '\n' not in str(error.value)


def test_bad_files_in_one_line(tmp_path):
    for content, message in (
        ('', 'cannot be read: it is empty'),
        ('[]', "is not an annotation file in COCO's format"),
        ('{"images": 1, "annotations": []}', "is not an annotation file in COCO's format"),
        ('{"images": [], "annotations": [1]}', r'annotations\[0\] is 1: must be a record'),
        ('\xff', 'cannot be read: no JSON, byte 0 is no text in UTF-8'),
    ):
        (tmp_path / 'bad.json').write_text(content, encoding='latin-1')
        with pytest.raises(InputError, match=f'bad.json: {message}'):
            read_people(tmp_path / 'bad.json', ['a.jpg'], 2)
    with pytest.raises(InputError, match='none.json: cannot be read: No such file or directory'):
        read_people(tmp_path / 'none.json', ['a.jpg'], 2)
