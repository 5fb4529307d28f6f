"""Annotation files that are read for their boxes: their content, or one line about what is wrong."""

import json

import pytest

from pose_plugins.datasets.annotations import read_annotations
from pose_plugins.utils.errors import InputError

IMAGE = dict(id=3, file_name='a.jpg')
PERSON = dict(id=7, image_id=3, bbox=[1, 2, 3.5, 4], keypoints=[1, 2, 2])


def content(image=IMAGE, annotation=PERSON):
    return dict(images=[image], annotations=[annotation])


def without(record, key):
    return {name: value for name, value in record.items() if name != key}


@pytest.mark.parametrize(
    'annotation', [PERSON, without(PERSON, 'keypoints'), {**PERSON, 'iscrowd': 1}, without(PERSON, 'id')]
)
def test_content(tmp_path, annotation):
    path = tmp_path / 'a.json'
    path.write_text(json.dumps(content(annotation=annotation)))
    assert read_annotations(path) == read_annotations(str(path)) == content(annotation=annotation)


def test_people_may_have_different_keypoints(tmp_path):
    path = tmp_path / 'a.json'
    both = content() | dict(annotations=[PERSON, {**PERSON, 'id': 8, 'keypoints': [1, 2, 2, 3, 4, 2]}])
    path.write_text(json.dumps(both))
    assert read_annotations(path) == both


@pytest.mark.parametrize(
    'text, message',
    [
        (None, 'cannot be read: No such file or directory'),
        ('{"images": [', 'cannot be read: no JSON: Expecting value at line 1, character 13, where the file ends'),
        ('[]', "is not an annotation file in COCO's format"),
        ('{"annotations": []}', "is not an annotation file in COCO's format, which has images and annotations"),
        ('{"images": [], "annotations": [3]}', r'annotations\[0\] is 3: must be a record'),
        (content(image=without(IMAGE, 'file_name')), 'image 3: must have a file_name'),
        (content(annotation=without(PERSON, 'image_id')), 'annotation 7: must have an image_id'),
        (content(annotation=without(PERSON, 'bbox')), "annotation 7: 'bbox' is missing"),
        (
            content(annotation={**PERSON, 'bbox': [1, 2, 3]}),
            r'annotation 7: bbox is \[1, 2, 3\]: bbox must be 4 numbers',
        ),
        (content(annotation={**PERSON, 'bbox': [1, 2, 3, None]}), 'annotation 7: bbox is .*None.*: bbox must be 4 num'),
        (content(annotation={**PERSON, 'keypoints': [1, 2]}), 'annotation 7: 2 numbers: .* three numbers a keypoint'),
        (content(annotation={**PERSON, 'keypoints': [1, 2, '2']}), r"annotation 7: keypoints\[2\] is '2'"),
    ],
)
def test_what_is_wrong_in_one_line(tmp_path, text, message):
    path = tmp_path / 'a.json'
    if text is not None:
        path.write_text(text if isinstance(text, str) else json.dumps(text))
    with pytest.raises(InputError, match=f'a.json: {message}') as error:
        read_annotations(path)
    assert '\n' not in str(error.value)
