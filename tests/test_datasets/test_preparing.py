"""Leeds Sports Pose from official files to COCO's format: both layouts, the split, near-duplicates, and every bad input."""

import json
import runpy
import sys

import cv2
import numpy as np
import pytest
from lsp_files import PEOPLE, joints, write
from scipy.io import savemat
from scipy.sparse import csc_matrix

from pose_plugins.datasets import LSPDataset
from pose_plugins.datasets.preparing import lsp, prepare_lsp, prepare_lspet
from pose_plugins.datasets.preparing.joints import read_joints
from pose_plugins.utils.errors import InputError


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
    assert json.loads((tmp_path / 'dst/annotations/duplicates.json').read_text())['pairs'][0]['test'] == 'im0006.jpg'
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
        ('{"im0001.jpg": 2}', "the score of 'im0001.jpg' is 2; it must lie in"),
        ('[1]', 'must be an object of picture'),
        ('{"im0001.jpg": 0.5}', 'im0002.jpg has no score; 5 of 6 pictures have none'),
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


def changed(value, coordinate=0):
    """One number of person 3 is another."""
    people = joints('occluded')
    people[2, 5, coordinate] = value
    return matrix(joints=people.transpose(2, 1, 0))


def text(name, content):
    return lambda folder: (folder / name).write_bytes(content)


def damaged(folder):
    """A compressed file, as MATLAB writes it, of which some bytes are others."""
    path = folder / 'joints.mat'
    savemat(path, dict(joints=joints('occluded').transpose(2, 1, 0)), do_compression=True)
    content = bytearray(path.read_bytes())
    content[400:420] = b'x' * 20
    path.write_bytes(content)


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
        (damaged, 'joints.mat: cannot be read as a MATLAB file: Error -3 while decompressing'),
        (text('joints.mat', b'MATLAB 7.3'.ljust(124) + b'\0\2IM'), 'is in MATLAB 7.3 format'),
        (matrix(joint=1), 'has no variable "joints"'),
        (matrix(joints=np.zeros((3, 14, 0))), 'has no people'),
        (matrix(joints=csc_matrix(np.eye(3, 14))), 'must be numbers of shape .*, and not sparse'),
        (matrix(joints=np.array([[1, 'a']], object)), 'joints is object of shape'),
        (matrix(joints=np.array(['abc'])), 'joints is <U3 of shape'),
        (changed(np.nan), 'person 3 has a joint that is no number'),
        (changed(np.nan, coordinate=2), 'must be 0 or 1, and some are nan'),
        (matrix(joints=np.zeros((3, 14, 6))), 'the labelled joints of nobody span a box'),
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
    with pytest.raises(InputError, match='min_score=0.5: there are no scores'):
        prepare_lspet(source, tmp_path / 'dst', min_score=0.5)
    with pytest.raises(InputError, match='is not the name of a folder'):
        prepare_lsp(source, '')


@pytest.mark.parametrize('name', ['annotations/duplicates.json', 'images/im0003.jpg'])
def test_what_others_wrote_stays(tmp_path, split_at_four, name):
    source = write(tmp_path / 'src', 'occluded')
    mine = tmp_path / 'dst' / name
    mine.parent.mkdir(parents=True)
    mine.write_text('mine')
    with pytest.raises(InputError, match=f'{mine}: .*; move it away, or give another folder'):
        prepare_lsp(source, tmp_path / 'dst')
    assert [path for path in (tmp_path / 'dst').rglob('*.*') if path.name != '.lock'] == [mine]
    assert mine.read_text() == 'mine'


def test_a_place_within_the_source(tmp_path, split_at_four):
    """Even the source itself: its files stay as they are."""
    source = write(tmp_path / 'src', 'occluded')
    before = {path: path.read_bytes() for path in source.rglob('*.*')}
    prepare_lsp(source, source)
    assert all(path.read_bytes() == content for path, content in before.items())
    prepare_lsp(source, source / 'images/inside')
    assert list(prepare_lsp(source, source).people.values()) == [4, 2]


def test_no_old_test_stays(tmp_path, split_at_four):
    """The same place again, from a source of which nobody is for the test."""
    source = write(tmp_path / 'src', 'occluded')
    prepare_lsp(source, tmp_path / 'dst')
    for number in (5, 6):
        (source / f'images/im{number:04d}.jpg').unlink()
    matrix(joints=joints('occluded')[:4].transpose(2, 1, 0))(source)
    assert any('lsp_test.json: is removed' in note for note in prepare_lsp(source, tmp_path / 'dst').notes)
    assert not (tmp_path / 'dst/annotations/lsp_test.json').exists()


def test_an_interrupted_run_leaves_whole_files(tmp_path, split_at_four, monkeypatch):
    """No annotations are there before all pictures are."""
    source = write(tmp_path / 'src', 'occluded')
    shown = lsp.tqdm

    def interrupted(pictures, *arguments, **options):
        for i, picture in enumerate(shown(pictures, *arguments, **options)):
            if i == 3:
                raise KeyboardInterrupt
            yield picture

    monkeypatch.setattr(lsp, 'tqdm', interrupted)
    with pytest.raises(KeyboardInterrupt):
        prepare_lsp(source, tmp_path / 'dst')
    left = sorted(path.name for path in (tmp_path / 'dst').rglob('*') if path.is_file())
    assert left == ['.lock', 'im0001.jpg', 'im0002.jpg', 'im0003.jpg']
    monkeypatch.setattr(lsp, 'tqdm', shown)
    assert list(prepare_lsp(source, tmp_path / 'dst').people.values()) == [4, 2]


def test_people_who_cannot_be_measured(tmp_path):
    """Unlabelled ones, one joint, and all joints at a point are left out; a torso of no length is not written."""
    people = joints('labelled')
    people[0, :, 2] = 0
    people[1, :, 2] = [1] + 13 * [0]
    people[2, :, :2] = 20
    people[3, 9] = people[3, 2]
    people[4, 9, 2] = 0
    source = write(tmp_path / 'src', 'labelled', joints_first=True, people=people)
    prepared = prepare_lspet(source, tmp_path / 'dst')
    (path,) = prepared.people
    annotations = json.loads(path.read_text())['annotations']
    assert [(one['image_id'], 'torso_size' in one) for one in annotations] == [(4, False), (5, False), (6, True)]
    assert prepared.notes == ['lspet_train: 3 people are left out: their labelled joints span no box']


def test_the_tool(tmp_path, split_at_four, repo, monkeypatch, capsys):
    source = write(tmp_path / 'src', 'occluded')
    copy('images/im0002.jpg', 'images/im0005.jpg')(source)
    for status, others in ((None, []), (1, ['--flag', 'labelled'])):
        monkeypatch.setattr(sys, 'argv', ['prepare_data.py', 'lsp', str(source), str(tmp_path / 'dst'), *others])
        if status is None:
            runpy.run_path(str(repo / 'tools/prepare_data.py'), run_name='__main__')
            told = capsys.readouterr().out.splitlines()
            assert told[:2] == [
                f'{tmp_path}/dst/annotations/lsp_{part}: {people} people'
                for part, people in (('train.json', 4), ('test.json', 2))
            ]
            assert told[-1].startswith(
                'nearly the same picture to train with and to test on: im0002.jpg, im0005.jpg (1.000)'
            )
            continue
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(repo / 'tools/prepare_data.py'), run_name='__main__')
        assert str(ended.value).startswith('error: ') and 'give --flag occluded' in str(ended.value)
