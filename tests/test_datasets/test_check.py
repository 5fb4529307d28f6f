"""Data that a training would take for something else than it is: one line that names file and record, before it begins."""

import copy
import json
import time

import pytest
from coco_files import coco_content, description, write
from mmengine.config import Config

from pose_plugins.datasets.check import check_data, data_findings
from pose_plugins.datasets.verdicts import Verdicts
from pose_plugins.utils.errors import InputError

NAN, INF = float('nan'), float('inf')


def config(path, metainfo=None, head=None, loader='train_dataloader', **dataset):
    """A config that reads one file."""
    data = dict(type='CocoDataset', ann_file=str(path), metainfo=metainfo or description(), **dataset)
    model = dict(type='TopdownPoseEstimator', head=dict(out_channels=head)) if head else dict()
    return Config({'model': model, loader: dict(dataset=data)})


def found(folder, content, wrong=True, **dataset):
    """Lines about what is, or is not, wrong with a file's content."""
    path = write(folder / 'a.json', content)
    findings = data_findings(config(path, **dataset), ('train',))
    lines = [finding.line for finding in findings if finding.wrong == wrong]
    assert not any('\n' in line for line in lines)
    return [line.removeprefix(f'{path}: ') for line in lines]


def changed(change, **arguments):
    content = coco_content(**arguments)
    change(content, content['images'], content['annotations'])
    return content


def each(key, value):
    """Give all annotations, or those of a function's choice, another value; a function makes it of the annotation."""

    def change(content, images, annotations):
        for annotation in annotations:
            annotation[key] = value(annotation) if callable(value) else value

    return change


def one(key, value, number=3):
    """Give one annotation another value."""
    return lambda content, images, annotations: annotations[number].update({key: value})


def point(value, number=3, index=0):
    """Give one annotation's keypoints another value."""
    return lambda content, images, annotations: annotations[number]['keypoints'].__setitem__(index, value)


def lacking(key, number=3, records='annotations'):
    return lambda content, images, annotations: content[records][number].pop(key)


def picture(**values):
    return lambda content, images, annotations: images[2].update(values)


def labelled_pairs(annotation, change):
    points = annotation['keypoints']
    return [value for x, y, v in zip(points[::3], points[1::3], points[2::3]) for value in (*change(x, y), v)]


def corners(annotation):
    left, top, width, height = annotation['bbox']
    return [left, top, left + width, top + height]


# what changes results: how the file is spoilt, and the line's beginning
WRONG = {
    'repeated annotation id': (one('id', 1), 'annotation 1 (there 2 times): several records have this id; only the last'),
    'repeated image id': (picture(id=1), 'image 1 (there 2 times): several records have this id'),
    'another type of image id': (one('image_id', '2'), "annotation 4: image_id is '2': must have an image_id, a whole num"),
    'no such image': (one('image_id', 99), 'annotation 4: image_id is 99: there is no such image in the file'),
    'text for an id': (one('id', 'a'), "annotations[3] (id 'a'): must have an id, a whole number"),
    'no id': (lacking('id'), 'annotations[3]: must have an id, a whole number'),
    'a fraction for an id': (one('id', 3.5), 'annotations[3] (id 3.5): must have an id'),
    'true for an id': (one('id', True), 'annotations[3] (id True): must have an id'),
    'a list for an image_id': (one('image_id', [1]), 'annotation 4: image_id is [1]: must have an image_id'),
    'text for an image id': (picture(id='3'), "images[2] (id '3'): must have an id, a whole number"),
    'NaN for an image id': (picture(id=NAN), 'images[2] (id nan): must have an id, a whole number'),
    'no file_name': (lacking('file_name', 2, 'images'), 'image 3: must have a file_name, a text'),
    'a number for a file_name': (picture(file_name=5), 'image 3: file_name is 5: must have a file_name'),
    'no width': (lacking('width', 2, 'images'), 'image 3: must have a width, a number above 0; boxes are clipped'),
    'no height': (picture(height=0), 'image 3: height is 0: must have a height, a number above 0'),
    'a negative width': (picture(width=-4), 'image 3: width is -4: must have a width'),
    'text for a width': (picture(width='9'), "image 3: width is '9': must have a width"),
    'no category_id': (lacking('category_id'), 'annotation 4: must have a category_id, a whole number'),
    'a list for a category_id': (one('category_id', [1]), 'annotation 4: category_id is [1]: must have a category_id'),
    'a category without an id': (lambda content, *_: content['categories'][0].pop('id'), 'categories[0]: must have an id'),
    'NaN': (point(NAN), 'annotation 4: keypoints[0] is nan: keypoints must be finite numbers'),
    'infinity': (point(-INF, index=4), 'annotation 4: keypoints[4] is -inf: keypoints must be finite numbers'),
    'more than 32 bits': (point(10**60), 'annotation 4: keypoints[0] is 1000'),
    'hundreds of digits': (point(10**400), 'annotation 4: keypoints[0] is 1000'),
    'text in keypoints': (point('7'), "annotation 4: keypoints[0] is '7': keypoints must be a list of numbers"),
    'null in keypoints': (point(None), 'annotation 4: keypoints[0] is None: keypoints must be a list of numbers'),
    'true in keypoints': (point(True, index=2), 'annotation 4: keypoints[2] is True: keypoints must be a list of num'),
    'keypoints null': (one('keypoints', None), 'annotation 4: keypoints is None: keypoints must be a list of numbers'),
    'keypoints a dict': (one('keypoints', {'a': 1}), "annotation 4: keypoints is {'a': 1}: keypoints must be a list"),
    'keypoints in lists': (
        one('keypoints', [[1, 2, 2]] * 5),
        'annotation 4: keypoints is [[1, 2, 2], [1, 2, 2], [1, 2, 2], [1, 2, 2], [1, 2, 2]]: keypoints must be one flat',
    ),
    'four numbers a keypoint': (each('keypoints', [[1, 2, 2, 1]] * 5), 'annotation 1: keypoints is [[1, 2, 2, 1],'),
    'no multiple of three': (one('keypoints', [1, 2, 2, 4]), 'annotation 4: 4 numbers: keypoints must have three num'),
    'another number': (one('keypoints', [5, 6, 2] * 4), 'annotation 4: 4 keypoints: the data set has 5'),
    'another number in all': (
        each('keypoints', [5, 6, 2] * 4), 'annotation 1: 4 keypoints: the data set has 5 (12 such)',
    ),
    'a negative flag': (point(-1, index=2), 'annotation 4: a keypoint has a negative flag'),
    'NaN in a box': (one('bbox', [1, NAN, 3, 4]), 'annotation 4: bbox is [1, nan, 3, 4]: bbox must be finite'),
    'three numbers': (one('bbox', [1, 2, 3]), 'annotation 4: bbox is [1, 2, 3]: bbox must be 4 numbers: left, top'),
    'five numbers': (one('bbox', [1, 2, 3, 4, 5]), 'annotation 4: bbox is [1, 2, 3, 4, 5]: bbox must be 4 numbers'),
    'a text for a box': (one('bbox', '1 2 3 4'), "annotation 4: bbox is '1 2 3 4': bbox must be 4 numbers"),
    'text in a box': (one('bbox', [1, '2', 3, 4]), "annotation 4: bbox is [1, '2', 3, 4]: bbox must be 4 numbers"),
    'null for a box': (one('bbox', None), 'annotation 4: bbox is None: bbox must be 4 numbers'),
    'a box in a list': (one('bbox', [[1, 2, 3, 4]]), 'annotation 4: bbox is [[1, 2, 3, 4]]: bbox must be 4 numbers'),
    'negative width': (one('bbox', [9, 9, -3, 4]), 'annotation 4: bbox is [9, 9, -3, 4]: bbox must not have a neg'),
    'corners': (each('bbox', corners), 'annotation 1: bbox is [5, 4, 65, 84]: bbox must be left, top, width, height; th'),
    'fractions': (
        each('keypoints', lambda a: labelled_pairs(a, lambda x, y: (x / 240, y / 150))),
        'annotation 1: keypoints is ',
    ),
    'boxes in fractions': (
        each('bbox', lambda a: [value / 250 for value in a['bbox']]), 'annotation 1: bbox is ',
    ),
    'x and y exchanged': (
        each('keypoints', lambda a: labelled_pairs(a, lambda x, y: (y, x))),
        'annotation 1: x and y of the keypoints, or width and height of the pictures, seem to be exchanged',
    ),
    'labelled at 0, 0': (
        each('keypoints', lambda a: [0, 0, 2, *a['keypoints'][3:]]),
        'annotation 1: keypoints are labelled at 0, 0 (12 such); 12 of 60 labelled ones',
    ),
    'keypoints of other people': (
        each('keypoints', lambda a: labelled_pairs(a, lambda x, y: (x + 9000, y))),
        'annotation 1: labelled keypoints lie outside of the picture (12 such); 100.0%',
    ),
    'boxes of other people': (each('bbox', [190, 140, 9, 9]), 'annotation 1: bbox is [190, 140, 9, 9]: no labelled'),
    'boxes beside the picture': (each('bbox', [900, 900, 9, 9]), 'annotation 1: bbox is [900, 900, 9, 9]: no labelled'),
    'boxes by their centre': (
        each('bbox', lambda a: [a['bbox'][0] + a['bbox'][2] / 2, a['bbox'][1] + a['bbox'][3] / 2, *a['bbox'][2:]]),
        'annotation 1: bbox is [35.0, 44.0, 60, 80]: most labelled keypoints lie outside of their people',
    ),
    'a box over everything': (one('bbox', [0, 0, 1e9, 1e9]), 'annotation 4: bbox is [0, 0, 1000000000.0, 1000000000.0]: b'),
    'a keypoint far away': (point(1e7), 'annotation 4: a labelled keypoint is more than 10 pictures away'),
    'flags of 0': (
        each('keypoints', lambda a: [v if i % 3 < 2 else 0 for i, v in enumerate(a['keypoints'])]),
        'annotation 1: keypoints have coordinates and all flags are 0: not labelled (12 such); the flag of a keypoint',
    ),
    'num_keypoints 0': (each('num_keypoints', 0), 'annotation 1: num_keypoints is 0, yet keypoints are labelled (12'),
    'num_keypoints text': (one('num_keypoints', '5'), "annotation 4: num_keypoints is '5': num_keypoints must be a num"),
    'num_keypoints null': (one('num_keypoints', None), 'annotation 4: num_keypoints is None: num_keypoints must be'),
    'no keypoints, yet a number': (one('keypoints', []), 'annotation 4: keypoints are empty, yet num_keypoints is not 0'),
    'iscrowd text': (one('iscrowd', '0'), "annotation 4: iscrowd is '0': iscrowd must be 0 or 1"),
    'iscrowd null': (one('iscrowd', None), 'annotation 4: iscrowd is None: iscrowd must be 0 or 1'),
    'iscrowd 2': (one('iscrowd', 2), 'annotation 4: iscrowd is 2: iscrowd must be 0 or 1'),
    'area text': (one('area', '9'), "annotation 4: area is '9': area must be a number"),
    'crowds alone': (each('iscrowd', 1), 'has nothing that can be used; of 12 annotated people 12 are crowds'),
    'nobody labelled': (
        each('keypoints', [0] * 15), 'has nothing that can be used; of 12 annotated people 12 have num_keypoints 0',
    ),
    'no boxes': (
        lambda content, *_: [a.pop('bbox') for a in content['annotations']], 'has nothing that can be used',
    ),
    'numbers for annotations': (
        lambda content, *_: content.update(annotations=[1, 2]), 'annotations[0] is 1: must be a record',
    ),
    'null for an image': (lambda content, images, _: images.append(None), 'images[6] is None: must be a record'),
    'no annotations': (lambda content, *_: content.pop('annotations'), "is not an annotation file in COCO's format"),
    'categories of text': (lambda content, *_: content.update(categories=['person']), "categories[0] is 'person'"),
}  # fmt: skip


@pytest.mark.parametrize('change, line', WRONG.values(), ids=WRONG)
def test_what_is_wrong(tmp_path, change, line):
    lines = found(tmp_path, changed(change))
    assert any(said.startswith(line) for said in lines), lines
    # the first of it ends the training
    with pytest.raises(InputError) as error:
        check_data(config(tmp_path / 'a.json'), ('train',))
    more = f'; and {len(lines) - 1} more kind' in str(error.value) and 'python tools/check_data.py CONFIG shows all'
    assert str(error.value).startswith(f'{tmp_path}/a.json: {lines[0]}') and (
        len(lines) == 1 or more in str(error.value)
    )


def test_only_what_was_changed_is_found(tmp_path):
    """Each of these once; a fault has no others in its train."""
    several = {
        'a keypoint far away', 'another number in all',
        'boxes beside the picture', 'boxes in fractions', 'boxes of other people', 'corners',
        'flags of 0',
        'four numbers a keypoint', 'keypoints of other people', 'NaN for an image id', 'no boxes', 'nobody labelled',
        'repeated image id', 'text for an image id',
    }  # fmt: skip
    for name, (change, _) in WRONG.items():
        if name not in several:
            lines = found(tmp_path, changed(change))
            assert len(lines) == 1, (name, lines)


FINE = {
    'as it is': lambda content, images, annotations: None,
    'no iscrowd': lambda content, images, annotations: [a.pop('iscrowd') for a in annotations],
    'no num_keypoints': lambda content, images, annotations: [a.pop('num_keypoints') for a in annotations],
    'no area': lambda content, images, annotations: [a.pop('area') for a in annotations],
    'no categories': lambda content, images, annotations: content.pop('categories'),
    'other keys': lambda content, images, annotations: annotations[3].update(track=None, keypoints_3d=[[1]]),
    'a crowd': lambda content, images, annotations: annotations[3].update(
        iscrowd=1, keypoints=[0] * 15, num_keypoints=0
    ),
    'true for a crowd': lambda content, images, annotations: annotations[3].update(iscrowd=True),
    'nobody labelled': lambda content, images, annotations: annotations[3].update(keypoints=[0] * 15, num_keypoints=0),
    'no keypoints': lambda content, images, annotations: annotations[3].update(keypoints=[], num_keypoints=0),
    'an outline': lambda content, images, annotations: annotations[3].update(segmentation=[[1, 2, 3.5, 4, 5e1, 6]]),
    'an empty outline': lambda content, images, annotations: annotations[3].update(segmentation=[]),
    'a coded outline': lambda content, images, annotations: annotations[3].update(segmentation=dict(counts='a]b"')),
    'float boxes': lambda content, images, annotations: annotations[3].update(bbox=[1.5, 2.25, 30.0, 4e1]),
    'whole floats for ids': lambda content, images, annotations: [a.update(id=float(a['id'])) for a in annotations],
    'float image ids': lambda content, images, annotations: [i.update(id=float(i['id'])) for i in images],
    'confidences': lambda content, images, annotations: annotations[3].update(keypoints=[50, 50, 0.4] * 5),
    'a picture without people': lambda content, images, _: images.append(dict(images[0], id=77, file_name='b.jpg')),
    'long ids': lambda content, images, annotations: images.append(dict(images[0], id=10**15, file_name='b.jpg')),
    'no bbox': lambda content, images, annotations: annotations[3].pop('bbox'),
    'no area of a box': lambda content, images, annotations: annotations[3].update(bbox=[9, 9, 0, 5]),
    'a box over the border': lambda content, images, annotations: annotations[3].update(bbox=[-20, -5, 300, 300]),
    'a picture twice': lambda content, images, annotations: images.append(dict(images[2])),
    'a picture under two ids': lambda content, images, annotations: images.append(dict(images[2], id=99)),
    'a keypoint far outside': lambda content, images, annotations: annotations[3]['keypoints'].__setitem__(0, 900),
}


@pytest.mark.parametrize('first_id', [0, 1])
@pytest.mark.parametrize('change', FINE.values(), ids=FINE)
def test_what_is_in_order(tmp_path, change, first_id):
    content = changed(change, first_id=first_id)
    assert found(tmp_path, content) == []
    check_data(config(tmp_path / 'a.json', head=5), ('train',))


@pytest.mark.parametrize(
    'name, line',
    [
        ('no bbox', 'annotation 4: has no bbox or no keypoints; MMPose leaves it out'),
        ('no area of a box', 'annotation 4: bbox is [9, 9, 0, 5]: bbox has no area; MMPose leaves the person out'),
        ('a picture twice', 'image 3: is there several times, the same each time'),
        ('a picture under two ids', '002.jpg (images 3, 99): is in the file under several ids'),
        ('a keypoint far outside', 'annotation 4: labelled keypoints lie outside of the picture; 1.7%'),
    ],
)
def test_what_is_worth_knowing(tmp_path, name, line):
    assert any(said.startswith(line) for said in found(tmp_path, changed(FINE[name]), wrong=False))


def test_a_single_slip_is_no_fault_of_a_file(tmp_path):
    """Of many people one is labelled at 0, 0, another has num_keypoints 0."""
    content = coco_content(60)
    content['annotations'][5]['keypoints'][:2] = [0, 0]
    content['annotations'][6]['num_keypoints'] = 0
    assert found(tmp_path, content) == []
    lines = found(tmp_path, content, wrong=False)
    assert any(line.startswith('annotation 6: keypoints are labelled at 0, 0; 1 of 300') for line in lines)
    assert any(line.startswith('annotation 7: num_keypoints is 0, yet keypoints are labelled') for line in lines)


def test_square_pictures_with_x_and_y_exchanged(tmp_path):
    """By the boxes, where all keypoints lie inside of the pictures either way."""
    content = coco_content(12)
    for image in content['images']:
        image.update(width=400, height=400)
    for annotation in content['annotations']:
        annotation['bbox'][0] += 200
        annotation['keypoints'] = labelled_pairs(annotation, lambda x, y: (y, x + 200))
    assert any('seem to be exchanged' in line for line in found(tmp_path, content))


@pytest.mark.parametrize(
    'raw, line',
    [
        (b'', 'cannot be read: it is empty'),
        (b'\n ', 'cannot be read: it is empty'),
        (b'\x89PNG\r\n\x1a\n', 'cannot be read: no JSON, byte 0 is no text in UTF-8'),
        (b'\xef\xbb\xbf{}', 'cannot be read: it begins with a byte order mark'),
        ('{"a": "\u00e9"}'.encode('latin-1'), 'cannot be read: no JSON, byte 7 is no text in UTF-8'),
        (b'{"images": [], "annotations": [{"id', 'cannot be read: no JSON: Unterminated string starting at at line 1, ch'),
        (b'{"images": [],\n "annotations": 1 2}', "cannot be read: no JSON: Expecting ',' delimiter at line 2, character"),
        (b'[' * 100000, 'cannot be read: '),
        (b'{"images": ' + b'9' * 9999 + b'}', 'cannot be read: '),
        (b'null', "is not an annotation file in COCO's format"),
    ],
)  # fmt: skip
def test_what_is_no_json(tmp_path, raw, line):
    path = tmp_path / 'a.json'
    path.write_bytes(raw)
    with pytest.raises(InputError) as error:
        check_data(config(path), ('train',))
    assert str(error.value).startswith(f'{path}: {line}') and '\n' not in str(error.value)


def test_what_is_no_json_within_an_outline(tmp_path):
    """A training leaves outlines to MMPose, which reads them anyway; the tool looks at them."""
    content = json.dumps(changed(one('segmentation', [[1, 2, 3]])))
    assert found(tmp_path, content) == []
    (line,) = found(tmp_path, content.replace('2, 3]]', '2 3]]'))
    assert line.startswith("cannot be read: no JSON: Expecting ',' delimiter at line 1, character ")


def test_a_folder_for_a_file(tmp_path):
    with pytest.raises(InputError, match='no such annotation file'):
        check_data(config(tmp_path), ('train',))


def test_whole_bodies(tmp_path):
    """Their parts have lengths of their own, and values as everywhere."""
    parts = dict(foot_kpts=6, face_kpts=68, lefthand_kpts=21, righthand_kpts=21)
    content = coco_content(keypoints=17)
    for annotation in content['annotations']:
        left, top = annotation['bbox'][:2]
        annotation.update({key: [left + 9, top + 9, 0.5] * count for key, count in parts.items()}, segmentation=[])
    whole = dict(type='CocoWholeBodyDataset', metainfo=dict(from_file='coco_wholebody.py'))

    def lines(content):
        path = write(tmp_path / 'a.json', content)
        cfg = Config(dict(train_dataloader=dict(dataset=dict(whole, ann_file=path))))
        return [f.line.removeprefix(f'{path}: ') for f in data_findings(cfg, ('train',)) if f.wrong]

    assert lines(content) == []
    for key, value, line in (
        ('face_kpts', [1, 2, 0.5] * 67, 'annotation 4: 67 keypoints: face_kpts has 68'),
        ('lefthand_kpts', [1, NAN, 0.5] * 21, 'annotation 4: lefthand_kpts[1] is nan: lefthand_kpts must be finite'),
        ('foot_kpts', None, 'annotation 4: foot_kpts is None: foot_kpts must be a list'),
    ):
        spoilt = copy.deepcopy(content)
        spoilt['annotations'][3][key] = value
        assert lines(spoilt)[0].startswith(line)
    del content['annotations'][3]['righthand_kpts']
    assert lines(content) == ["annotation 4: 'righthand_kpts' is missing"]


def test_other_formats_are_left_to_their_classes(tmp_path):
    path = write(tmp_path / 'mpii.json', [dict(image='a.jpg', joints=[[1, 2]])])
    cfg = Config(dict(train_dataloader=dict(dataset=dict(type='MpiiDataset', ann_file=path))))
    assert data_findings(cfg, ('train',)) == []
    write(tmp_path / 'mpii.json', '[]')
    with pytest.raises(InputError, match=f'{path}: has nothing that can be used'):
        check_data(cfg, ('train',))
    write(tmp_path / 'mpii.json', '[{')
    with pytest.raises(InputError, match=f'{path}: cannot be read: no JSON'):
        check_data(cfg, ('train',))


def loops(train, val, **more):
    return Config(dict(train_dataloader=dict(dataset=train), val_dataloader=dict(dataset=val), **more))


def test_the_description_is_forgotten_in_val(tmp_path):
    path = write(tmp_path / 'a.json', coco_content())
    mine = dict(type='CocoDataset', ann_file=path, metainfo=description())
    model = dict(type='TopdownPoseEstimator', head=dict(out_channels=5))
    with pytest.raises(InputError, match=r'which has 17 keypoints \(val_dataloader, CocoDataset\)'):
        check_data(loops(mine, dict(type='CocoDataset', ann_file=path), model=model), ('train', 'val'))
    other = description() | dict(dataset_name='other')
    other['keypoint_info'][4]['name'] = 'tail'
    with pytest.raises(InputError) as error:
        check_data(loops(mine, dict(mine, metainfo=other), model=model), ('train', 'val'))
    assert 'its data has 5 keypoints (other), that of train_dataloader 5 (mine): joint_4 and tail' in str(error.value)


def test_a_network_that_is_tested_by_some_of_its_keypoints(tmp_path):
    path = write(tmp_path / 'a.json', coco_content(keypoints=5))
    six = write(tmp_path / 'six.json', coco_content(keypoints=6))
    head = dict(type='TopdownPoseEstimator', head=dict(out_channels=6))
    sets = [dict(type='CocoDataset', ann_file=file, metainfo=description(k)) for file, k in ((six, 6), (path, 5))]
    check_data(loops(*sets, model=dict(head, test_cfg=dict(output_keypoint_indices=[0, 1, 2, 3, 4]))), ('train', 'val'))
    converter = dict(type='CocoMetric', pred_converter=dict(num_keypoints=5, mapping=[(i, i) for i in range(5)]))
    check_data(loops(*sets, model=head, val_evaluator=converter), ('train', 'val'))
    with pytest.raises(InputError, match=r'which has 5 keypoints \(val_dataloader, CocoDataset\)'):
        check_data(loops(*sets, model=head), ('train', 'val'))


WRAPPERS = {
    'repeated': lambda sets: dict(type='RepeatDataset', times=2, dataset=sets[0]),
    'balanced': lambda sets: dict(type='ClassBalancedDataset', oversample_thr=0.1, dataset=sets[0]),
    'in a row': lambda sets: dict(type='ConcatDataset', datasets=sets),
    'combined': lambda sets: dict(type='CombinedDataset', metainfo=description(), datasets=sets),
    'nested': lambda sets: dict(
        type='CombinedDataset',
        metainfo=description(),
        datasets=[dict(type='RepeatDataset', times=2, dataset=dict(type='ConcatDataset', datasets=sets))],
    ),
}


@pytest.mark.parametrize('wrap', WRAPPERS.values(), ids=WRAPPERS)
def test_within_what_combines_data_sets(tmp_path, wrap):
    good, bad = coco_content(), coco_content()
    bad['annotations'][3]['bbox'] = None
    paths = [write(tmp_path / 'bad.json', bad), write(tmp_path / 'good.json', good)]
    sets = [dict(type='CocoDataset', ann_file=path, metainfo=description()) for path in paths]
    model = dict(type='TopdownPoseEstimator', head=dict(out_channels=5))
    with pytest.raises(InputError, match='bad.json: annotation 4: bbox is None'):
        check_data(Config(dict(model=model, train_dataloader=dict(dataset=wrap(sets)))), ('train',))
    check_data(Config(dict(model=model, train_dataloader=dict(dataset=wrap(sets[1:])))), ('train',))
    model = dict(type='TopdownPoseEstimator', head=dict(out_channels=6))
    with pytest.raises(InputError, match='model.head.out_channels=6 does not fit the data, which has 5 keypoints'):
        check_data(Config(dict(model=model, train_dataloader=dict(dataset=wrap(sets[1:])))), ('train',))


def test_keypoints_after_the_transforms(tmp_path):
    path = write(tmp_path / 'a.json', coco_content(keypoints=8))
    convert = dict(type='KeypointConverter', num_keypoints=5, mapping=[(i, i) for i in range(5)])
    part = dict(type='CocoDataset', ann_file=path, metainfo=description(8), pipeline=[convert])
    combined = dict(type='CombinedDataset', metainfo=description(), datasets=[part])
    assert data_findings(Config(dict(train_dataloader=dict(dataset=combined))), ('train',)) == []
    combined['datasets'][0]['pipeline'] = []
    with pytest.raises(InputError, match='CocoDataset gives 8 keypoints, its description .* has 5'):
        check_data(Config(dict(train_dataloader=dict(dataset=combined))), ('train',))
    # one data set, whose description is that of what comes out
    part = dict(part, metainfo=description(), pipeline=[convert])
    assert data_findings(Config(dict(train_dataloader=dict(dataset=part))), ('train',)) == []


def evaluated(path, truth=None, metric='CocoMetric', **options):
    data = dict(type='CocoDataset', ann_file=str(path), metainfo=description(), test_mode=True)
    evaluator = dict(type=metric, **(dict(ann_file=str(truth)) if truth else {}), **options)
    return Config(dict(val_dataloader=dict(dataset=data), val_evaluator=evaluator))


def evaluation(path, truth=None, **options):
    return [f.line for f in data_findings(evaluated(path, truth, **options), ('val',)) if f.wrong]


def test_another_file_for_the_truth(tmp_path):
    """A copy will do, and a link; the truth of other pictures, or other labels, will not."""
    path = write(tmp_path / 'a.json', coco_content())
    copied = write(tmp_path / 'copy.json', json.dumps(coco_content(), indent=1))
    (tmp_path / 'link.json').symlink_to(path)
    for truth in (None, path, copied, tmp_path / 'link.json'):
        assert evaluation(path, truth) == []
    other = coco_content()
    for image in other['images']:
        image['file_name'] = f'other_{image["file_name"]}'
    others = write(tmp_path / 'other.json', other)
    (line,) = evaluation(path, others)
    assert line.startswith(
        f'{others} (CocoMetric) is not the truth of {path}: image 1: 000.jpg and other_000.jpg: is an'
    )
    lines = evaluation(path, write(tmp_path / 'apart.json', coco_content(first_id=100)))
    assert 'image 1: is not in the former (6 such)' in lines[0]
    other = coco_content()
    other['annotations'][2]['keypoints'][0] += 1
    (line,) = evaluation(path, write(tmp_path / 'labels.json', other))
    assert 'annotation 3: has another image_id or other keypoints in the former' in line
    with pytest.raises(InputError, match='is not the truth of'):
        check_data(evaluated(path, others), ('val',))


@pytest.mark.parametrize(
    'change, line, options',
    [
        (lacking('area'), "annotation 4: 'area' is missing; CocoMetric needs it, or use_area=False", {}),
        (lambda content, *_: content.pop('categories'), 'has no categories', {}),
        (one('area', 0), 'annotation 4: area is 0: area must be a finite number above 0', {}),
        (one('area', NAN), 'annotation 4: area is nan: area must be a finite number above 0', {}),
        (one('category_id', 2), 'annotation 4: category_id is 2: is none of the categories (1)', {}),
        (lacking('keypoints'), "annotation 4: 'keypoints' is missing; CocoMetric needs it", {}),
        (lacking('num_keypoints'), "annotation 4: 'num_keypoints' is missing", dict(iou_type='keypoints_crowd')),
    ],
)
def test_what_evaluation_needs(tmp_path, change, line, options):
    """And training does not."""
    content = changed(change)
    path = write(tmp_path / 'a.json', content)
    lines = evaluation(path, **options)
    assert len(lines) == 1 and lines[0].startswith(f'{path}: {line}')
    assert found(tmp_path, content) == []
    if 'area' in line:
        assert evaluation(path, use_area=False) == []


def test_truths_that_overwrite_each_other(tmp_path):
    paths = [write(tmp_path / f'{name}.json', coco_content()) for name in 'ab']
    sets = [dict(type='CocoDataset', ann_file=path, metainfo=description(), test_mode=True) for path in paths]
    data, evaluator = dict(type='ConcatDataset', datasets=sets), dict(type='CocoMetric')
    cfg = Config(dict(val_dataloader=dict(dataset=data), val_evaluator=evaluator))
    with pytest.raises(InputError, match='2 data sets are called mine: without ann_file, it takes .*b.json alone'):
        check_data(cfg, ('val',))


def test_files_in_order_are_remembered(tmp_path, monkeypatch):
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'torch'))
    path = write(tmp_path / 'a.json', coco_content())
    check_data(config(path), ('train',))
    (store,) = (tmp_path / 'torch').rglob('*.txt')
    said = store.read_text()
    check_data(config(path), ('train',))
    assert store.read_text() == said and len(said.splitlines()) == 1
    store.write_text(f'{"0" * 64}\n{said}{"1" * 64} [cut')  # other lines do no harm
    check_data(config(path), ('train',))
    assert store.read_text().startswith('0') and store.read_text().endswith('cut')
    store.write_text(said)
    # another description, another file
    with pytest.raises(InputError, match='5 keypoints: the data set has 6'):
        check_data(config(path, description(6)), ('train',))
    write(tmp_path / 'a.json', changed(one('bbox', None)))
    for _ in range(2):
        with pytest.raises(InputError, match='bbox is None'):
            check_data(config(path), ('train',))
    assert store.read_text() == said


def test_where_nothing_can_be_remembered(tmp_path):
    path = write(tmp_path / 'a.json', coco_content())
    (tmp_path / 'file').write_text('')
    verdicts = Verdicts(tmp_path / 'file/verdicts.txt')
    assert data_findings(config(path), ('train',), verdicts) == []
    assert not Verdicts(tmp_path / 'file/verdicts.txt').known([path])


@pytest.mark.slow
def test_a_file_of_the_size_of_coco_takes_seconds(tmp_path):
    """A quarter of a million people with outlines: pytest -m slow --durations=1 tests/test_datasets/test_check.py."""
    content = coco_content(250_000, 17)
    for annotation in content['annotations']:
        annotation['segmentation'] = [[float(value) + 0.25 for value in annotation['keypoints']]]
    path = write(tmp_path / 'a.json', content)
    del content
    began = time.process_time()
    assert data_findings(config(path, description(17)), ('train',)) == []
    assert time.process_time() - began < 20
    verdicts = Verdicts(tmp_path / 'verdicts.txt')
    assert data_findings(config(path, description(17)), ('train',), verdicts) == []
    began = time.process_time()
    assert data_findings(config(path, description(17)), ('train',), Verdicts(tmp_path / 'verdicts.txt')) == []
    assert time.process_time() - began < 2
