"""Descriptions that cannot be: one line that names file and keypoint. Those that trainings ran with go on working."""

import shutil

import pytest
from coco_files import coco_content, description, write
from mmengine.config import Config
from mmpose.datasets.datasets.utils import parse_pose_metainfo

from pose_plugins.datasets.check import check_data
from pose_plugins.datasets.coco_format.description import description_findings, read_description
from pose_plugins.datasets.meta import META
from pose_plugins.utils.errors import InputError

NAN, INF = float('nan'), float('inf')
PLACE = 'train_dataloader.dataset.metainfo'


def keypoint(number, **values):
    return lambda described: described['keypoint_info'][number].update(values)


def link(value):
    return lambda described: described['skeleton_info'][0].update(link=value)


def entry(key, value):
    return lambda described: described.update({key: value})


def renumbered(keys):
    def change(described):
        described['keypoint_info'] = dict(zip(keys, described['keypoint_info'].values()))

    return change


WRONG = {
    'one-sided swap': (keypoint(0, swap=''), "joint_1: swap is 'joint_0', whose swap is 'joint_0': swap must be named by"),
    'swap in a circle': (keypoint(1, swap='joint_2'), "joint_0: swap is 'joint_1', whose swap is 'joint_2': swap must"),
    'swap of nobody': (keypoint(2, swap='joint_O'), "joint_2: swap is 'joint_O'; similar ones: joint_"),
    'swap null': (keypoint(2, swap=3), 'joint_2: swap is 3: there is no such keypoint'),
    'link to nobody': (link(('joint_0', 'hip')), "link 0: 'hip': there is no such keypoint"),
    'link of three': (link(('joint_0', 'joint_1', 'joint_2')), 'link 0: link is '),
    'link of numbers': (link((0, 1)), 'link 0: 0: there is no such keypoint'),
    'no link': (lambda described: described['skeleton_info'][0].pop('link'), 'link 0: link is None: a link must be two'),
    'few sigmas': (entry('sigmas', [0.1] * 4), 'sigmas has 4: sigmas must be as many as the keypoints, 5'),
    'many weights': (entry('joint_weights', [1] * 6), 'joint_weights has 6: joint_weights must be as many'),
    'sigma 0': (entry('sigmas', [0.1, 0, 0.1, 0.1, 0.1]), 'sigmas[1] is 0: sigmas must be finite and above 0'),
    'sigma below 0': (entry('sigmas', [0.1, -1, 0.1, 0.1, 0.1]), 'sigmas[1] is -1: sigmas must be finite and above 0'),
    'sigma NaN': (entry('sigmas', [0.1, NAN, 0.1, 0.1, 0.1]), 'sigmas[1] is nan: sigmas must be finite'),
    'weight infinite': (entry('joint_weights', [1, 1, 1, 1, INF]), 'joint_weights[4] is inf: joint_weights must be fin'),
    'weight below 0': (entry('joint_weights', [1, 1, 1, 1, -1]), 'joint_weights[4] is -1: joint_weights must be f'),
    'sigmas a number': (entry('sigmas', 0.1), 'sigmas is 0.1: sigmas must be a list of numbers'),
    'sigmas of text': (entry('sigmas', ['a'] * 5), "sigmas is ['a', 'a', 'a', 'a', 'a']: sigmas must be a list"),
    'a name twice': (keypoint(3, name='joint_4'), "keypoints 'joint_4': several keypoints have this name"),
    'an empty name': (keypoint(3, name=''), "keypoint 3: name is '': every keypoint must have a name"),
    'no name': (lambda described: described['keypoint_info'][3].pop('name'), 'keypoint 3: name is None: every keypoint'),
    'ids from 1': (renumbered([1, 2, 3, 4, 5]), '1, 2, 3, 4, ...: ids of keypoint_info must be whole numbers from 0 to 4'),
    'ids in disorder': (renumbered([1, 0, 2, 3, 4]), '1, 0, 2, 3, ...: ids of keypoint_info must be'),
    'ids of text': (renumbered('01234'), "'0', '1', '2', '3', ...: ids of keypoint_info must be whole numbers"),
    'no keypoints': (entry('keypoint_info', {}), 'keypoint_info: keypoint_info must not be empty'),
    'a list of keypoints': (entry('keypoint_info', ['a']), 'keypoint_info must be a dict of dicts'),
    'no sigmas': (lambda described: described.pop('sigmas'), 'sigmas missing from the description of the keypoints'),
    'misspelt': (entry('keypoint_infos', 1), None),
    'misspelt and missing': (
        lambda described: described.update(keypoint_infos=described.pop('keypoint_info')),
        'keypoint_info missing from the description of the keypoints; similar ones: keypoint_infos',
    ),
    'colour of two': (keypoint(3, color=[1, 2]), 'keypoint 3: color is [1, 2]: color must be three whole numbers from 0'),
    'colour 256': (keypoint(3, color=[1, 2, 256]), 'keypoint 3: color is [1, 2, 256]: color must be three'),
    'colour a text': (keypoint(3, color='red'), "keypoint 3: color is 'red': color must be three"),
    'another type': (keypoint(3, type='middle'), "keypoint 3: type is 'middle': type must be 'upper', 'lower' or ''"),
    'dataset_name': (entry('dataset_name', None), 'None: dataset_name must be a text'),
}  # fmt: skip


@pytest.mark.parametrize('change, line', WRONG.values(), ids=WRONG)
def test_what_cannot_be(tmp_path, change, line):
    described = description()
    change(described)
    cfg = Config(
        dict(
            train_dataloader=dict(
                dataset=dict(
                    type='CocoDataset', ann_file=write(tmp_path / 'a.json', coco_content()), metainfo=described
                )
            )
        )
    )
    if line is None:
        check_data(cfg, ('train',))
        return
    with pytest.raises(InputError) as error:
        check_data(cfg, ('train',))
    assert str(error.value).startswith(f'{PLACE}: {line}') and '\n' not in str(error.value)


@pytest.mark.parametrize(
    'change',
    [
        lambda described: None,
        keypoint(2, swap='joint_2'),
        lambda described: [
            record.pop(key) for record in described['keypoint_info'].values() for key in ('type', 'color')
        ],
        lambda described: described['keypoint_info'][2].pop('swap'),
        entry('skeleton_info', {}),
        entry('sigmas', []),
        entry('joint_weights', (1, 0, 1.5, 2, 1)),
    ],
)
def test_what_can_be(change):
    described = description()
    change(described)
    assert not [finding for finding in description_findings(described, PLACE) if finding.wrong]
    parse_pose_metainfo(described)  # as MMPose reads it


@pytest.mark.parametrize('path', sorted(META.glob('*.py')), ids=lambda path: path.stem)
def test_those_of_mmpose(path):
    findings = description_findings(*read_description(dict(from_file=str(path)), PLACE))
    assert not [finding.line for finding in findings if finding.wrong]


def test_a_slip_of_one_of_mmpose_is_told(tmp_path):
    """Trained models go with it. In a description of a user's own it is refused."""
    told = [f.line for f in description_findings(*read_description(dict(from_file='deepfashion2.py'), PLACE))]
    assert any("vest_kpt9: swap is 'vest_kpt13', whose swap is 'vest_kpt13'" in line for line in told)
    copied = tmp_path / 'deepfashion2.py'
    shutil.copy(META / 'deepfashion2.py', copied)
    assert not any(f.wrong for f in description_findings(*read_description(dict(from_file=str(copied)), PLACE)))
    copied.write_text(copied.read_text() + '\n# mine')
    (wrong,) = (f for f in description_findings(*read_description(dict(from_file=str(copied)), PLACE)) if f.wrong)
    assert wrong.line.startswith(f'{copied}: vest_kpt9: swap is ')


@pytest.mark.parametrize(
    'text, line',
    [
        (None, r'mine.py: no such file of a description \(train_dataloader.dataset.metainfo\)'),
        ('dataset_info = dict(', r'mine.py: cannot be read as a description: '),
        ('info = 1', 'mine.py: has no dataset_info, which is a dict of dataset_name, keypoint_info'),
        (
            'dataset_info = dict(dataset_name="a")',
            'mine.py: keypoint_info, skeleton_info, joint_weights, sigmas missing',
        ),
    ],
)
def test_files_of_descriptions(tmp_path, text, line):
    path = tmp_path / 'mine.py'
    if text:
        path.write_text(text)
    data = dict(type='CocoDataset', ann_file='', metainfo=dict(from_file=str(path)))
    for cfg in (data, dict(type='CombinedDataset', metainfo=data['metainfo'], datasets=[])):
        if 'datasets' in cfg:
            cfg['datasets'] = [dict(data, metainfo=description())]
        with pytest.raises(InputError, match=line) as error:
            check_data(Config(dict(train_dataloader=dict(dataset=cfg))), ('train',))
        assert '\n' not in str(error.value)


def test_a_number_for_a_file():
    data = dict(type='CocoDataset', ann_file='', metainfo=dict(from_file=3))
    with pytest.raises(InputError, match='metainfo: from_file is 3: it must be the name of a file'):
        check_data(Config(dict(train_dataloader=dict(dataset=data))), ('train',))
