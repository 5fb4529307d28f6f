"""A test person by person, and what it breaks down to, by hand."""

import numpy as np
import pytest
from mmengine.structures import InstanceData
from mmpose.structures import PoseDataSample

from pose_plugins.experiments.breakdown import accuracy_curve, break_down, ranked
from pose_plugins.experiments.significance import TOO_CLOSE, difference
from pose_plugins.experiments.tested import Tested, look_at_people
from pose_plugins.utils.errors import InputError

META = dict(dataset_name='x', keypoint_id2name={0: 'left_hip', 1: 'right_hip', 2: 'neck'}, sigmas=[0.1, 0.1, 0.05])


def person(number, errors, box=(0, 0, 30, 40), visibility=(2, 2, 2), picture='a.jpg', **annotation):
    truth = np.arange(6.0).reshape(1, 3, 2)
    predicted = truth + np.array(errors)[None, :, None] * [1.0, 0.0]
    return PoseDataSample(
        metainfo=dict(
            id=number,
            img_path=picture,
            raw_ann_info=dict(keypoints=[v for at in visibility for v in (0, 0, at)], **annotation),
        ),
        gt_instances=InstanceData(
            keypoints=truth, keypoints_visible=np.minimum([visibility], 1).astype(float), bboxes=np.array([box], float)
        ),
        pred_instances=InstanceData(keypoints=predicted, keypoint_scores=np.ones((1, 3))),
    )


def test_by_torso(tmp_path):
    samples = [
        person(1, [1.9, 2.1, 0.0], visibility=(2, 1, 2), torso_size=10.0),
        person(2, [5.0, 0.0, 99.0], (15, 0, 45, 40), (2, 1, 0), torso_size=20.0),
        person(3, [0.0, 0.0, 0.0], (0, 0, 90, 90), picture='b.jpg', torso_size=10.0),
    ]
    tested = look_at_people(samples, META)
    assert tested.criterion == 'within 0.2 of torso size'
    np.testing.assert_allclose(tested.errors, [[0.95, 1.05, 0], [1.25, 0, np.nan], [0, 0, 0]])
    assert [one.covered for one in tested.people] == [0.5, 0.5, 0]
    tested.write(tmp_path)
    assert Tested.read(tmp_path) == tested
    parts = break_down(tested)
    assert parts['all']['all'] == pytest.approx(100 * 6 / 8)
    assert parts['joint'] == {'left_hip': pytest.approx(200 / 3), 'right_hip': pytest.approx(200 / 3), 'neck': 100}
    assert parts['group'] == {'hip': pytest.approx(200 / 3), 'neck': 100}
    assert parts['occlusion'] == {'visible': pytest.approx(100 * 5 / 6), 'occluded': 50}
    assert parts['crowding'] == {'nobody beside': 100, 'more covered': pytest.approx(60)}
    assert list(ranked(tested)) == [2, 1, 0]
    thresholds, values = accuracy_curve(tested)
    assert thresholds[-1] == 1 and values[-1] == pytest.approx(75) and values[0] == pytest.approx(62.5)


def test_by_similarity():
    limit = 2 * 0.1 * np.sqrt(30 * 40) * np.sqrt(2 * np.log(2))  # where exp(-d^2 / (2 area (2 sigma)^2)) is 0.5
    tested = look_at_people([person(1, [limit * 0.99, limit * 1.01, 0])], META)
    assert 'similarity' in tested.criterion
    np.testing.assert_allclose(tested.errors, [[0.99, 1.01, 0]], atol=1e-4)
    parts = break_down(tested)
    assert 'occlusion' not in parts and 'crowding' not in parts and 'size of the person' not in parts


def test_nothing_to_measure(tmp_path):
    sample = person(1, [0, 0, 0], visibility=(0, 0, 0))
    with pytest.raises(InputError, match='none of the people tested has a truth'):
        look_at_people([sample], META)
    with pytest.raises(InputError, match='has no sigmas'):
        look_at_people([person(1, [0, 0, 0])], {**META, 'sigmas': []})
    for content in ('', '{}', '[1]'):
        (tmp_path / 'people.json').write_text(content)
        with pytest.raises(InputError, match='people.json: is missing or damaged'):
            Tested.read(tmp_path)


@pytest.mark.parametrize(
    'first, verdict',
    [
        ({0: 12.0, 1: 11.9, 2: 12.1}, 'a is better'),
        ({0: 8.0, 1: 7.9, 2: 8.1}, 'b is better'),
        ({0: 10.1, 1: 9.9, 2: 12.0}, TOO_CLOSE),  # seeds disagree
        ({0: 10.1, 1: 10.2, 2: 13.0}, TOO_CLOSE),  # the range is larger than the mean
        ({0: 12.0}, 'one seed tells nothing'),
    ],
)
def test_significance(first, verdict):
    found = difference('a', 'b', dict(a=first, b={0: 10.0, 1: 10.0, 2: 10.0}))
    assert found.verdict == verdict
    assert difference('a', 'b', dict(a=first, b={7: 1.0})) is None
