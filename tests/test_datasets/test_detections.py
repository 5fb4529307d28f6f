"""Files of detected boxes: one line about what MMPose would stumble over, or leave out without a word."""

import pytest
from coco_files import coco_content, description, write
from mmengine.config import Config

from pose_plugins.datasets.check import check_data, data_findings
from pose_plugins.utils.errors import InputError

NAN, INF = float('nan'), float('inf')


def detections(count=8):
    boxes = ([5 + 9 * i, 4 + 7 * i, 60, 80] for i in range(count))
    return [dict(image_id=1 + i % 6, category_id=1, bbox=box, score=0.5) for i, box in enumerate(boxes)]


def config(folder, content, annotations=None):
    path = write(folder / 'a.json', annotations or coco_content())
    boxes = write(folder / 'boxes.json', content)
    data = dict(type='CocoDataset', ann_file=path, bbox_file=boxes, metainfo=description(), test_mode=True)
    return Config(dict(test_dataloader=dict(dataset=data), test_evaluator=dict(type='CocoMetric')))


def one(**values):
    content = detections()
    content[3].update(values)
    return content


@pytest.mark.parametrize(
    'content, line',
    [
        ('', 'cannot be read: it is empty'),
        ('[{"image_id": 1', 'cannot be read: no JSON'),
        (dict(annotations=[]), 'must be a list of records'),
        ([1], 'must be a list of records, {"image_id": ..., "category_id": ..., "bbox": ..., "score": ...}; one is 1'),
        ([], 'has nothing that can be used: no detection'),
        ([dict(d, category_id=3) for d in detections()], 'has nothing that can be used: no detection has category_id 1; the'),
        (one(image_id=77), 'detection in image 77: there is no such image in '),
        (one(image_id='4'), "detection in image '4': there is no such image in "),
        (one(image_id=[4]), 'detection in image [4]: there is no such image in '),
        (one(bbox=[1, 2, 3]), 'detection in image 4: bbox is [1, 2, 3]: bbox must be 4 numbers'),
        (one(bbox='1 2 3 4'), "detection in image 4: bbox is '1 2 3 4': bbox must be 4 numbers"),
        (one(bbox=None), 'detection in image 4: bbox is None: bbox must be 4 numbers'),
        (one(bbox=[1, None, 3, 4]), 'detection in image 4: bbox is [1, None, 3, 4]: bbox must be 4 numbers'),
        (one(bbox=[1, NAN, 3, 4]), 'detection in image 4: bbox is [1, nan, 3, 4]: bbox must be finite'),
        (one(bbox=[1, 2, INF, 4]), 'detection in image 4: bbox is [1, 2, inf, 4]: bbox must be finite'),
        (one(bbox=[1, 2, -3, 4]), 'detection in image 4: bbox is [1, 2, -3, 4]: bbox must not have a negative'),
        (one(score=NAN), 'detection in image 4: score is nan: score must be a finite number'),
        (one(score='1'), "detection in image 4: score is '1': score must be a finite number"),
        ([{k: v for k, v in d.items() if k != 'score'} for d in detections()], "detection in image 1: 'score' is missing (8"),
        ([{k: v for k, v in d.items() if k != 'category_id'} for d in detections()], "detection in image 1: 'category_id'"),
        (
            [dict(d, bbox=[x, y, x + w, y + h]) for d in detections() for x, y, w, h in [d['bbox']]],
            'detection in image 1: bbox is [5, 4, 65, 84]: bbox must be left, top, width, height; these seem to be left',
        ),
        ([dict(d, bbox=[v / 300 for v in d['bbox']]) for d in detections()], 'detection in image 1: bbox is '),
    ],
)  # fmt: skip
def test_what_is_wrong(tmp_path, content, line):
    with pytest.raises(InputError) as error:
        check_data(config(tmp_path, content), ('test',))
    assert str(error.value).startswith(f'{tmp_path}/boxes.json: {line}') and '\n' not in str(error.value)


@pytest.mark.parametrize(
    'content',
    [
        detections(),
        one(category_id=18, bbox=None),  # what is no person is not read
        one(bbox=[1, 2, 30, 40, 0.9]),
        one(bbox=[1, 2, 0, 40]),
        one(bbox=[-5, -5, 300.5, 300]),
    ],
)
def test_what_is_in_order(tmp_path, content):
    cfg = config(tmp_path, content)
    check_data(cfg, ('test',))
    check_data(cfg, ('test',))  # from memory


def test_pictures_alone(tmp_path):
    """As of a test set without a published truth, of which results are only written."""
    annotations = coco_content()
    del annotations['annotations']
    cfg = config(tmp_path, detections(), annotations)
    assert any('has no annotations' in f.line for f in data_findings(cfg, ('test',)))
    cfg.test_evaluator.update(format_only=True, outfile_prefix='out')
    check_data(cfg, ('test',))
    del annotations['categories']
    with pytest.raises(InputError, match='has no categories, which detected boxes go with'):
        check_data(config(tmp_path, detections(), annotations), ('test',))


def test_a_truth_of_another_category(tmp_path):
    """All that is predicted from detected boxes has category 1."""
    annotations = coco_content()
    annotations['categories'][0]['id'] = 2
    for annotation in annotations['annotations']:
        annotation['category_id'] = 2
    with pytest.raises(InputError, match='no annotation has category_id 1, which all predictions have'):
        check_data(config(tmp_path, detections(), annotations), ('test',))
