"""The codec of Poseur: fractions there and back, its scores by their formulas, bad input."""

import math

import numpy as np
import pytest

from pose_plugins.codecs import RLELaplaceLabel
from pose_plugins.utils.errors import InputError

SIGMAS = np.array([[[0.1, 0.05], [0.01, 0.01]]])


def test_keypoints_there_and_back():
    codec = RLELaplaceLabel((48, 64))
    keypoints = np.array([[[12.3, 48.7], [0.0, 63.0]]])
    labels = codec.encode(keypoints)['keypoint_labels']
    np.testing.assert_allclose(labels[0, 0], (12.3 / 48, 48.7 / 64), rtol=1e-6)
    decoded, scores = codec.decode(np.concatenate([labels, SIGMAS], -1))
    np.testing.assert_allclose(decoded, keypoints, atol=1e-4)
    np.testing.assert_array_equal(scores, codec.scores(SIGMAS))
    decoded, scores = codec.decode(np.concatenate([labels, [[[0.3], [0.6]]]], -1))  # scores that are known already
    np.testing.assert_allclose(decoded, keypoints, atol=1e-4)
    np.testing.assert_array_equal(scores, [[0.3, 0.6]])


def test_scores():
    scores = RLELaplaceLabel((48, 64), a=0.2).scores(SIGMAS)
    # the mass of a Laplace distribution with this scale within 0.2 of its mean, in x times in y
    np.testing.assert_allclose(scores[0], [(1 - math.exp(-2)) * (1 - math.exp(-4)), 1], rtol=1e-6)
    np.testing.assert_allclose(RLELaplaceLabel((48, 64), score='rle').scores(SIGMAS)[0], [0.925, 0.99])
    np.testing.assert_allclose(RLELaplaceLabel((48, 64), factor=0.7).scores(SIGMAS), 0.7 * scores)


@pytest.mark.parametrize('sigma', [0.0, math.nan])
def test_sigmas_without_a_score(sigma):
    with pytest.raises(InputError, match='a sigma is NaN or not positive'):
        RLELaplaceLabel((48, 64)).scores(np.array([[sigma, 0.1]]))


@pytest.mark.parametrize(
    'bad, message',
    [
        (dict(a=0), 'a=0: must be positive'),
        (dict(factor=0), 'factor=0: must be positive'),
        (dict(factor=2), r'factor=2: must lie in \[0, 1\]'),
        (dict(score='s'), "score='s': choose from integral, rle"),
    ],
)
def test_bad_arguments(bad, message):
    with pytest.raises(InputError, match=message):
        RLELaplaceLabel((48, 64), **bad)
