"""The codec of symmetric integral regression: fractions there and back, heatmaps where a sigma asks for them."""

import numpy as np

from pose_plugins.codecs import SIKRLabel


def test_keypoints_there_and_back():
    plain, combined = SIKRLabel((48, 64), (12, 16)), SIKRLabel((48, 64), (12, 16), sigma=2)
    keypoints = np.array([[[12.0, 48.0], [60.0, 3.0]]])  # the second lies outside
    encoded = plain.encode(keypoints)
    np.testing.assert_allclose(encoded['keypoint_labels'][0, 0], (0.25, 0.75))
    assert encoded['keypoint_weights'].tolist() == [[1, 0]] and 'heatmaps' not in encoded
    heatmap = combined.encode(keypoints)['heatmaps'][0]
    assert np.unravel_index(heatmap.argmax(), heatmap.shape) == (12, 3)
    decoded, scores = plain.decode(np.concatenate([encoded['keypoint_labels'], [[[0.5], [1.0]]]], -1))
    np.testing.assert_allclose(decoded, keypoints, atol=1e-4)
    np.testing.assert_array_equal(scores, [[0.5, 1]])
