"""Part-guided proposals: the statistics by hand, where a part comes to lie, wholeness, seeds, bad input."""

import json
import runpy
import sys

import numpy as np
import pytest
from mmpose.datasets.transforms import GetBBoxCenterScale

from pose_plugins.datasets.part_statistics import (
    FACE_AND_HANDS,
    collect_part_statistics,
    part_indices,
    read_part_statistics,
)
from pose_plugins.datasets.transforms import BBoxJitter, PartGuidedProposal
from pose_plugins.utils.errors import InputError


def person(bbox, face=None, hands=()):
    """An annotation of Halpe's whose parts are boxes (left, top, right, bottom): their points lie on the diagonal."""
    keypoints = np.zeros((136, 3))
    for part, box in {'face': face, **dict(zip(FACE_AND_HANDS[1:], hands))}.items():
        if box is not None:
            indices = part_indices(part)
            keypoints[indices, :2] = np.linspace(box[:2], box[2:], len(indices))
            keypoints[indices, 2] = 2
    return dict(id=7, image_id=1, bbox=list(bbox), keypoints=keypoints.ravel().tolist())


def annotations(tmp_path, *people):
    path = tmp_path / 'halpe.json'
    path.write_text(json.dumps(dict(images=[dict(id=1, file_name='1.jpg')], annotations=list(people))))
    return path


@pytest.fixture
def one_place(tmp_path):
    """Statistics of one person, 100 wide and 200 high: a face at the top, hands left and right of the middle."""
    path = annotations(
        tmp_path, person((10, 20, 100, 200), face=(50, 30, 70, 50), hands=[(90, 110, 100, 130), (20, 110, 30, 130)])
    )
    statistics = tmp_path / 'statistics.json'
    statistics.write_text(json.dumps(collect_part_statistics(path)))
    return statistics


def sample(part, box):
    """The pipeline's content for a picture that shows one part."""
    keypoints, visible = np.zeros((1, 136, 2)), np.zeros((1, 136))
    indices = part_indices(part)
    keypoints[0, indices] = np.linspace(box[:2], box[2:], len(indices))
    visible[0, indices] = 1
    weights = visible.copy()
    return dict(
        keypoints=keypoints,
        keypoints_visible=np.stack([visible, weights], -1),
        bbox=np.array([[*box]], np.float32),
        bbox_center=np.ones((1, 2)),
        bbox_scale=np.ones((1, 2)),
        img_path='face.jpg',
        id=5,
        dataset_name='300w',
    )


def box_of(results):
    """The crop's left, top, right, bottom, (4,)."""
    centre, scale = results['bbox_center'][0], results['bbox_scale'][0]
    return np.concatenate([centre - scale / 2, centre + scale / 2])


def test_places_by_hand(one_place):
    statistics = read_part_statistics(one_place)
    np.testing.assert_allclose(statistics['face'], [[0, -0.4, 0.2, 0.1, 0.5]], atol=1e-9)
    np.testing.assert_allclose(statistics['left_hand'], [[0.35, 0, 0.1, 0.1, 0.5]], atol=1e-9)
    np.testing.assert_allclose(statistics['right_hand'], [[-0.35, 0, 0.1, 0.1, 0.5]], atol=1e-9)


def test_parts_without_extent_do_not_count(tmp_path):
    """A face on a line, and a hand so small that its rounded size is nothing; what is collected can be read."""
    whole = person((0, 0, 100, 200), face=(50, 30, 70, 50), hands=[(90, 110, 100, 130), (20, 110, 30, 130)])
    flat = person((0, 0, 100, 200), face=(50, 30, 50, 50), hands=[(90, 110, 90.004, 130), (20, 110, 30, 130)])
    collected = collect_part_statistics(annotations(tmp_path, whole, flat))
    assert {part: len(places) for part, places in collected.items()} == dict(face=1, left_hand=1, right_hand=2)
    path = tmp_path / 'collected.json'
    path.write_text(json.dumps(collected))
    assert len(read_part_statistics(path)['right_hand']) == 2


def test_a_part_of_the_same_shape_gets_back_its_person(one_place):
    """The face of above, three times as large and somewhere else: so is the person's box."""
    results = PartGuidedProposal(str(one_place)).transform(sample('face', (400, 300, 460, 360)))
    np.testing.assert_allclose(box_of(results), [280, 270, 580, 870], atol=1e-3)
    np.testing.assert_array_equal(results['bbox'], [[400, 300, 460, 360]])  # by which PCK measures


@pytest.mark.parametrize('part', FACE_AND_HANDS)
@pytest.mark.parametrize('box', [(100, 100, 140, 150), (0, 0, 300, 8), (50, 20, 52, 90)])
def test_the_part_is_never_cut(part, box):
    """Also where its shape is one that no person's part has."""
    proposal = PartGuidedProposal(margin=0.1)
    rng_state = np.random.get_state()
    np.random.seed(0)
    pad = 0.1 * max(box[2] - box[0], box[3] - box[1])
    for _ in range(50):
        left, top, right, bottom = box_of(proposal.transform(sample(part, box)))
        assert left <= box[0] - pad + 1e-3 and top <= box[1] - pad + 1e-3
        assert right >= box[2] + pad - 1e-3 and bottom >= box[3] + pad - 1e-3
    np.random.set_state(rng_state)


def test_a_detectors_jitter_leaves_it_alone():
    results = PartGuidedProposal().transform({**sample('face', (10, 10, 200, 210)), 'img_shape': (224, 224)})
    before = box_of(results)
    after = GetBBoxCenterScale(padding=1).transform(BBoxJitter().transform(results))
    np.testing.assert_array_equal(box_of(after), before)


def test_fixed_is_the_median_place_of_the_first_part():
    """Whatever the generator's state; a left hand comes before the right one, and both stay whole."""
    both = sample('left_hand', (300, 100, 340, 150))
    right = part_indices('right_hand')
    both['keypoints'][0, right] = np.linspace((100, 300), (140, 350), 21)
    both['keypoints_visible'][0, right] = 1
    proposal = PartGuidedProposal(fixed=True)
    boxes = [box_of(proposal.transform(dict(both))) for _ in range(3)]
    np.testing.assert_array_equal(boxes[0], boxes[1])
    np.testing.assert_array_equal(boxes[0], boxes[2])
    x, y, width, height, aspect = np.median(read_part_statistics()['left_hand'], axis=0)
    area = 40 * 50 / (width * height)
    left, top = (320 - (x + 0.5) * np.sqrt(area * aspect), 125 - (y + 0.5) * np.sqrt(area / aspect))
    np.testing.assert_allclose(boxes[0][:2], np.minimum([left, top], [95, 95]), rtol=1e-4)
    assert boxes[0][2] >= 345 - 1e-3 and boxes[0][3] >= 355 - 1e-3
    empty = sample('face', (40, 30, 80, 90))
    empty['keypoints_visible'][:] = 0
    assert proposal.transform(empty) is empty


def test_how_often():
    np.random.seed(0)
    proposal = PartGuidedProposal(prob=0.25)
    kept = [tuple(proposal.transform(sample('face', (40, 30, 80, 90)))['bbox_scale'][0]) == (1, 1) for _ in range(400)]
    assert 0.68 < np.mean(kept) < 0.82


def test_a_sample_without_labels_can_be_skipped():
    empty = sample('face', (40, 30, 80, 90))
    empty['keypoints_visible'][:] = 0
    assert PartGuidedProposal(skip_bad=True).transform(empty) is None


def test_a_seed_repeats_it():
    boxes = []
    for seed in (3, 3, 4):
        np.random.seed(seed)
        boxes.append(box_of(PartGuidedProposal().transform(sample('face', (40, 30, 80, 90)))))
    np.testing.assert_array_equal(boxes[0], boxes[1])
    assert not np.array_equal(boxes[0], boxes[2])


def test_packaged_places_look_like_people():
    statistics = read_part_statistics()
    for places in statistics.values():
        assert len(places) >= 100
        x, y, width, height, aspect = places.T
        assert (
            (np.abs(places[:, :2]) <= 0.5).mean() > 0.9 and (width < 0.6).mean() > 0.9 and (height < 0.4).mean() > 0.9
        )
        assert 0.1 < np.median(aspect) < 1
    assert np.median(statistics['face'][:, 1]) < -0.25  # faces are above
    # most people face the viewer, so that left hands are to the right
    assert np.median(statistics['left_hand'][:, 0]) > 0.05 > -0.05 > np.median(statistics['right_hand'][:, 0])


def test_tool(tmp_path, repo, monkeypatch, capsys):
    path = annotations(
        tmp_path, person((0, 0, 100, 200), face=(50, 30, 70, 50), hands=[(90, 110, 100, 130), (20, 110, 30, 130)])
    )
    monkeypatch.setattr(sys, 'argv', ['tool', str(path), str(tmp_path / 'out.json')])
    runpy.run_path(str(repo / 'tools/collect_part_statistics.py'), run_name='__main__')
    assert '1 of face, 1 of left_hand' in capsys.readouterr().out
    assert len(read_part_statistics(tmp_path / 'out.json')['face']) == 1


def test_bad_input(tmp_path, one_place):
    with pytest.raises(InputError, match='nothing.json: cannot be read: No such file'):
        PartGuidedProposal(str(tmp_path / 'nothing.json'))
    broken = tmp_path / 'broken.json'
    broken.write_text('{"face": []}')
    with pytest.raises(
        InputError, match='broken.json: is no part statistics; tools/collect_part_statistics.py makes them'
    ):
        PartGuidedProposal(str(broken))
    broken.write_text(json.dumps({part: [[0, 0, 0, 1, 1]] for part in FACE_AND_HANDS}))
    with pytest.raises(InputError, match='face: must be rows of x, y, width, height, aspect, the last three positive'):
        PartGuidedProposal(str(broken))
    empty = sample('face', (40, 30, 80, 90))
    empty['keypoints_visible'][:] = 0
    with pytest.raises(
        InputError, match='face.jpg, annotation 5 of 300w: no face and no hand is labelled, a proposal needs one'
    ):
        PartGuidedProposal(str(one_place)).transform(empty)
    with pytest.raises(InputError, match='margin=-1: must be at least 0'):
        PartGuidedProposal(margin=-1)
    with pytest.raises(InputError, match=r'prob=1.5: must lie in \[0, 1\]'):
        PartGuidedProposal(prob=1.5)
    with pytest.raises(InputError, match='fixed=True, prob=0.5: must be 0 or 1 where nothing is drawn'):
        PartGuidedProposal(prob=0.5, fixed=True)
    with pytest.raises(InputError, match='no person has a whole left_hand'):
        collect_part_statistics(annotations(tmp_path, person((0, 0, 10, 20), face=(1, 1, 2, 2))))
    with pytest.raises(InputError, match='most=0: must be at least 1'):
        collect_part_statistics(annotations(tmp_path), most=0)
    short = person((0, 0, 10, 20), face=(1, 1, 2, 2))
    short['keypoints'] = short['keypoints'][: 3 * 26] + [1, 1, 2]
    with pytest.raises(InputError, match='annotation 7 has 27 keypoints, Halpe has 136'):
        collect_part_statistics(annotations(tmp_path, short))
