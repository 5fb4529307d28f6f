"""Pose NMS: a case worked out by hand, what must hold for any poses, and a metric with it."""

import math
from dataclasses import replace

import numpy as np
import pytest

from pose_plugins.evaluation.pose_nms import BODY, WHOLE_BODY, pose_nms, published_nms
from pose_plugins.utils.errors import DivergedError, InputError


def standing(count, keypoints=17, seed=0, apart=400.0):
    """Poses far from each other, in boxes of 100 x 200 pixels."""
    draw = np.random.default_rng(seed)
    places = draw.uniform([0, 0], [100, 200], (count, keypoints, 2)) + apart * np.arange(count)[:, None, None]
    corners = apart * np.arange(count)[:, None]
    boxes = np.concatenate([corners, corners, corners + 100, corners + 200], 1)
    return places, draw.uniform(0.4, 1, (count, keypoints)), boxes


def test_by_hand():
    # 17 keypoints on a line; q lies 3 pixels beside p, but for two keypoints, 40 pixels off. r = min(0.1 * 60, 7) = 6
    p = np.stack([np.arange(17) * 10.0, np.zeros(17)], 1)
    q = p + [0, 3]
    q[:2] += [0, 37]
    scores = np.array([np.full(17, 0.8), np.full(17, 0.4)])
    box = np.array([0, 0, 60, 60.0])
    similarity = 1.7 * (15 * math.exp(-3 / 2.65) + 2 * math.exp(-40 / 2.65))  # no keypoints within a pixel
    assert similarity < BODY.similarity  # 15 matches make them one
    merged = pose_nms(np.stack([p, q]), scores, np.stack([box, box]))
    assert merged.leaders.tolist() == [0] and merged.members[0].tolist() == [0, 1]
    expected = p + [0, 3 * 0.4 / 1.2]
    expected[:2] = p[:2]  # q's are further than 6 pixels
    np.testing.assert_allclose(merged.keypoints[0], expected, atol=1e-4)
    height = np.full(17, (0.8**2 + 0.4**2) / 1.2)
    height[:2] = 0.8
    np.testing.assert_allclose(merged.scores[0], height, atol=1e-6)
    alone = replace(BODY, matches=16)
    assert len(pose_nms(np.stack([p, q]), scores, np.stack([box, box]), alone).leaders) == 2
    assert len(pose_nms(np.stack([p, q]), scores, np.stack([box, box]), replace(alone, similarity=8.2)).leaders) == 1
    assert similarity == pytest.approx(8.22, abs=0.01)


def test_similarity_of_scores_by_hand():
    # half a pixel apart: 17 tanh(0.9) tanh(0.5) + 1.7 * 17 exp(-0.5 / 2.65)
    p = np.zeros((17, 2))
    similarity = 17 * math.tanh(0.9) * math.tanh(0.5) + 1.7 * 17 * math.exp(-0.5 / 2.65)
    both = np.stack([p, p + [0.5, 0]]), np.array([np.full(17, 0.9), np.full(17, 0.5)]), np.ones((2, 4)) * [0, 0, 1, 1]
    for gamma, left in ((similarity - 0.01, 1), (similarity + 0.01, 2)):
        settings = replace(BODY, similarity=gamma, radius=0.0)
        assert len(pose_nms(*both, settings).leaders) == left


def test_parts_by_hand():
    # of 133: body 23, face 68, hands 42, each by its mean; all 4 pixels apart
    p = np.zeros((133, 2))
    places = math.exp(-4 / 8) + math.exp(-4 / (1.9 * 8)) + 1.5 * math.exp(-4 / (0.55 * 8))
    both = np.stack([p, p + [0, 4]]), np.full((2, 133), 0.5), np.ones((2, 4)) * [0, 0, 1, 1]
    for gamma, left in ((1.65 * places - 0.01, 1), (1.65 * places + 0.01, 2)):
        assert len(pose_nms(*both, replace(WHOLE_BODY, similarity=gamma)).leaders) == left


@pytest.mark.parametrize('keypoints', [14, 17, 133, 136])
def test_what_must_hold(keypoints):
    settings = published_nms(keypoints)
    assert settings is (WHOLE_BODY if keypoints > 100 else BODY)
    places, scores, boxes = standing(6, keypoints)
    merged = pose_nms(places, scores, boxes, settings)
    order = np.argsort(-scores.mean(1))
    assert merged.leaders.tolist() == order.tolist()  # far from each other: none joins, best first
    np.testing.assert_allclose(merged.keypoints, places[order], rtol=1e-5)
    twice = (np.concatenate([each, each]) for each in (places, scores, boxes))
    again = pose_nms(*twice, settings)  # the same poses once more change nothing
    np.testing.assert_allclose(again.keypoints, places[order], rtol=1e-5)
    np.testing.assert_allclose(again.scores, scores[order], rtol=1e-5)


def test_the_order_of_poses_does_not_matter():
    places, scores, boxes = (np.repeat(each, 5, 0) for each in standing(4))
    places = places + np.random.default_rng(1).normal(0, 2, places.shape)
    scores = np.round(scores, 1)  # with ties
    first = pose_nms(places, scores, boxes)
    assert len(first.leaders) == 4 and sorted(np.concatenate(first.members)) == list(range(20))
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(20)
        other = pose_nms(places[order], scores[order], boxes[order])
        np.testing.assert_allclose(other.keypoints, first.keypoints, rtol=1e-5)
        assert order[other.leaders].tolist() == first.leaders.tolist()


def test_by_the_person_s_size():
    places, scores, boxes = (np.repeat(each, 2, 0) for each in standing(1))
    places[1] += [0, 8]  # too far in pixels for a person of 200
    relative = replace(BODY, size=200.0)
    for scale in (0.25, 1, 10):  # the same answer at every scale
        assert len(pose_nms(places * scale, scores, boxes * scale, relative).leaders) == 2
    places[1] -= [0, 4]
    for scale in (0.25, 1, 10):
        assert len(pose_nms(places * scale, scores, boxes * scale, relative).leaders) == 1
    assert [len(pose_nms(places * scale, scores, boxes * scale).leaders) for scale in (0.25, 1, 10)] == [1, 1, 2]


def test_those_without_a_sure_keypoint_are_dropped():
    places, scores, boxes = standing(2)
    scores[1] = 0.29
    assert pose_nms(places, scores, boxes).leaders.tolist() == [0]
    empty = pose_nms(places[:0], scores[:0], boxes[:0])
    assert empty.keypoints.shape == (0, 17, 2) and empty.members == []


def test_bad_input_in_one_line():
    places, scores, boxes = standing(2)
    with pytest.raises(InputError, match=r'keypoints \(2, 17, 2\), scores \(2, 16\) and boxes \(2, 4\) are not'):
        pose_nms(places, scores[:, 1:], boxes)
    with pytest.raises(InputError, match='17 keypoints have no parts; parts are of 133 or 136'):
        pose_nms(places, scores, boxes, WHOLE_BODY)
    with pytest.raises(InputError, match='poses of 4 keypoints can never be one by matches=5 and similarity=22.48'):
        pose_nms(places[:, :4], scores[:, :4], boxes)
    places[0, 3, 1] = np.nan
    with pytest.raises(DivergedError, match='pose NMS: keypoints are NaN or infinite'):
        pose_nms(places, scores, boxes)
    for settings, line in (
        (dict(size=0.0), 'size'),
        (dict(distance_scale=-1.0), 'distance_scale'),
        (dict(matches=0), 'matches'),
    ):
        with pytest.raises(InputError, match=line):
            replace(BODY, **settings)
