"""The codec of TFPose: fractions there and back, heatmaps, its scores by their formulas, bad input."""

import numpy as np
import pytest

from pose_plugins.codecs import SigmoidRefinementLabel
from pose_plugins.utils.errors import InputError


def test_keypoints_there_and_back():
    codec = SigmoidRefinementLabel((64, 96))
    keypoints = np.array([[[12.3, 48.7], [0.0, 95.0]]])
    encoded = codec.encode(keypoints)
    np.testing.assert_allclose(encoded['keypoint_labels'][0, 0], (12.3 / 64, 48.7 / 96), rtol=1e-6)
    assert encoded['heatmaps'].shape == (2, 24, 16)
    assert np.unravel_index(encoded['heatmaps'][0].argmax(), (24, 16)) == (12, 3)
    assert 'heatmaps' not in SigmoidRefinementLabel((64, 96), sigma=None).encode(keypoints)
    decoded, scores = codec.decode(np.concatenate([encoded['keypoint_labels'], [[[0.5], [1.0]]]], -1))
    np.testing.assert_allclose(decoded, keypoints, atol=1e-4)
    np.testing.assert_array_equal(scores, [[0.5, 1]])


def test_scores():
    estimates = np.array([[[0.1, 0.1], [0.5, 0.5]], [[0.3, 0.3], [0.53, 0.46]], [[0.3, 0.3], [0.5, 0.5]]])
    agreement = SigmoidRefinementLabel((64, 96), scale=0.02).scores(estimates)
    np.testing.assert_allclose(agreement, [1, np.exp(-0.05 / 0.02)])
    np.testing.assert_array_equal(SigmoidRefinementLabel((64, 96), score='constant').scores(estimates), [1, 1])
    with pytest.raises(InputError, match='estimate is NaN'):
        SigmoidRefinementLabel((64, 96)).scores(np.full((2, 1, 2), np.nan))


@pytest.mark.parametrize(
    'bad, message',
    [
        (dict(input_size=(64, 100)), r'input_size\[1\]=100: must be a multiple of 32'),
        (dict(input_size=(0, 96)), r'input_size\[0\]=0: must be a multiple of 32'),
        (dict(eps=0), 'eps=0: must lie between 0 and 0.5'),
        (dict(scale=0), 'scale=0: must be positive'),
        (dict(score='s'), "score='s': choose from agreement, constant"),
    ],
)
def test_bad_arguments(bad, message):
    with pytest.raises(InputError, match=message):
        SigmoidRefinementLabel(**{'input_size': (64, 96), **bad})
