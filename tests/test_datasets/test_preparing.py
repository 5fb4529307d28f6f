"""Leeds Sports Pose from official files to COCO's format: both layouts, the split, near-duplicates, and every bad input."""

import json

import cv2
import numpy as np
import pytest
from scipy.io import savemat

from pose_plugins.datasets import LSPDataset
from pose_plugins.datasets.preparing import lsp, prepare_lsp, prepare_lspet
from pose_plugins.datasets.preparing.joints import read_joints
from pose_plugins.utils.errors import InputError

PEOPLE = 6


def joints(flag, seed=0):
    """(N, 14, 3), within pictures of 60 x 80; the third number is 1 for one joint in seven, or for the others."""
    rng = np.random.default_rng(seed)
    content = np.concatenate([rng.uniform(5, 55, (PEOPLE, 14, 2)), np.zeros((PEOPLE, 14, 1))], 2)
    content[:, :2, 2] = 1
    if flag == 'labelled':
        content[..., 2] = 1 - content[..., 2]
    return content


def write(folder, flag, joints_first=False, people=None):
    """An official folder, LSP's order of axes or LSP Extended's."""
    (folder / 'images').mkdir(parents=True)
    people = joints(flag) if people is None else people
    order = (1, 2, 0) if joints_first else (2, 1, 0)
    savemat(folder / 'joints.mat', dict(joints=people.transpose(order)))
    rng = np.random.default_rng(1)
    for number in range(1, PEOPLE + 1):
        coarse = rng.integers(0, 255, (8, 6, 3), np.uint8)
        picture = cv2.resize(coarse, (60, 80), interpolation=cv2.INTER_NEAREST)
        cv2.imwrite(str(folder / f'images/im{number:04d}.jpg'), picture)
    return folder


@pytest.fixture
def split_at_four(monkeypatch):
    monkeypatch.setattr(lsp, 'TRAINED', 4)


@pytest.mark.parametrize('joints_first', [False, True])
@pytest.mark.parametrize('flag', ['occluded', 'labelled'])
def test_layouts(tmp_path, flag, joints_first):
    write(tmp_path, flag, joints_first)
    read = read_joints(tmp_path / 'joints.mat', flag)
    expected = joints(flag)
    flagged = np.zeros((PEOPLE, 14), bool)
    flagged[:, :2] = True
    np.testing.assert_array_equal(read[..., 2], np.where(flagged, 1 if flag == 'occluded' else 0, 2))
    known = np.ones_like(flagged) if flag == 'occluded' else ~flagged
    np.testing.assert_allclose(read[known][:, :2], expected[known][:, :2])


def test_lsp(tmp_path, split_at_four):
    source = write(tmp_path / 'src', 'occluded')
    shown = cv2.imread(str(source / 'images/im0002.jpg'))
    cv2.imwrite(str(source / 'images/im0006.jpg'), cv2.convertScaleAbs(shown[:, ::-1], alpha=0.8, beta=20))
    prepared = prepare_lsp(source, tmp_path / 'dst')
    assert list(prepared.people.values()) == [4, 2]
    assert [(pair.train, pair.test) for pair in prepared.duplicates] == [('im0002.jpg', 'im0006.jpg')]  # mirrored
    assert json.loads((tmp_path / 'dst/annotations/duplicates.json').read_text())[0]['test'] == 'im0006.jpg'
    data = LSPDataset(
        data_root=str(tmp_path / 'dst'), ann_file='annotations/lsp_test.json', data_prefix=dict(img='images/')
    )
    one, person = data.get_data_info(0), joints('occluded')[4]
    assert (tmp_path / 'dst/images/im0005.jpg').read_bytes() == (source / 'images/im0005.jpg').read_bytes()
    np.testing.assert_allclose(one['keypoints'][0], person[:, :2], atol=1e-3)
    np.testing.assert_array_equal(one['keypoints_visible'], 1)  # occluded ones are labelled
    low, high = person[:, :2].min(0), person[:, :2].max(0)
    np.testing.assert_allclose(one['bbox'][0], [*low, *high], atol=2e-3)
    assert one['raw_ann_info']['torso_size'] == pytest.approx(np.hypot(*(person[9] - person[2])[:2]), abs=1e-3)
    prepare_lsp(source, tmp_path / 'dst')  # again, over its own files


def test_lspet_is_filtered_by_scores(tmp_path):
    source = write(tmp_path / 'src', 'labelled', joints_first=True)
    scores = tmp_path / 'scores.json'
    scores.write_text(json.dumps({f'im{n:04d}.jpg': n / 10 for n in range(1, PEOPLE + 1)}))
    prepared = prepare_lspet(source, tmp_path / 'dst', scores=scores, min_score=0.4)
    (path,) = prepared.people
    assert [image['file_name'] for image in json.loads(path.read_text())['images']] == [
        'im0004.jpg',
        'im0005.jpg',
        'im0006.jpg',
    ]
    assert 'torso_size' in json.loads(path.read_text())['annotations'][0]


@pytest.mark.parametrize(
    'content, line',
    [
        ('{"im0001.jpg": 2}', 'the score of im0001.jpg is 2; it must lie in'),
        ('[1]', 'must be an object of picture'),
        ('{"im0001.jpg": 0.5}', 'im0002.jpg has no score, nor have 4 others'),
        (json.dumps({f'im{n:04d}.jpg': 0.1 for n in range(1, 7)}), 'no picture has a score of 0.5 or more'),
        ('{', 'cannot be read: no JSON'),
    ],
)
def test_bad_scores(tmp_path, content, line):
    source = write(tmp_path / 'src', 'labelled', joints_first=True)
    scores = tmp_path / 'scores.json'
    scores.write_text(content)
    with pytest.raises(InputError, match=line):
        prepare_lspet(source, tmp_path / 'dst', scores=scores)
    assert not (tmp_path / 'dst').exists()


def remove(name):
    return lambda folder: (folder / name).unlink()


def matrix(**content):
    return lambda folder: savemat(folder / 'joints.mat', content)


def text(name, content):
    return lambda folder: (folder / name).write_bytes(content)


def copy(name, other):
    return lambda folder: (folder / other).write_bytes((folder / name).read_bytes())


@pytest.mark.parametrize(
    'spoil, line',
    [
        (remove('joints.mat'), 'joints.mat: is missing'),
        (remove('images/im0003.jpg'), 'picture 3 is missing; joints.mat has 6 people'),
        (copy('images/im0003.jpg', 'images/im0007.jpg'), 'has 7 pictures, and joints.mat only 6 people'),
        (copy('images/im0003.jpg', 'images/im00003.jpg'), 'im00003.jpg and im0003.jpg have the same number'),
        (text('images/im0003.jpg', b'no picture'), 'im0003.jpg: is damaged, or no picture'),
        (text('joints.mat', b'no matrix'), 'joints.mat: cannot be read as a MATLAB file'),
        (text('joints.mat', b''), 'joints.mat: cannot be read as a MATLAB file'),
        (matrix(joint=1), 'has no variable "joints"'),
        (matrix(joints=np.zeros((4, 14, 6))), 'must be numbers of shape'),
        (matrix(joints=np.zeros((3, 14, 6), complex)), 'must be numbers of shape'),
        (matrix(joints=np.full((3, 14, 6), 5.0)), 'must be 0 or 1, and some are 5'),
        (matrix(joints=np.ones((3, 14, 6))), '100% of the joints would be occluded.*give --flag labelled'),
        (
            matrix(joints=joints('occluded').transpose(2, 1, 0) * [[[10]], [[10]], [[1]]]),
            'lie outside of their pictures',
        ),
    ],
)
def test_bad_folders(tmp_path, spoil, line):
    source = write(tmp_path / 'src', 'occluded')
    spoil(source)
    with pytest.raises(InputError, match=line):
        prepare_lsp(source, tmp_path / 'dst')
    assert not (tmp_path / 'dst').exists()


def test_bad_places(tmp_path, split_at_four):
    with pytest.raises(InputError, match='none: no such folder'):
        prepare_lsp(tmp_path / 'none', tmp_path / 'dst')
    source = write(tmp_path / 'src', 'occluded')
    (tmp_path / 'file').touch()
    with pytest.raises(InputError, match='is a file, and must be a folder'):
        prepare_lsp(source, tmp_path / 'file')
    mine = tmp_path / 'dst/annotations/lsp_test.json'
    mine.parent.mkdir(parents=True)
    mine.write_text('mine')
    with pytest.raises(InputError, match='lsp_test.json: was not written by tools/prepare_data.py'):
        prepare_lsp(source, tmp_path / 'dst')
    assert mine.read_text() == 'mine' and not (tmp_path / 'dst/images').exists()
    with pytest.raises(InputError, match='min_score=2: must lie in'):
        prepare_lspet(source, tmp_path / 'dst', min_score=2)
