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


def test_keypoints_outside_of_the_crop():
    """With a weight, where it is wanted; heatmaps learn what a Gaussian reaches into the map, either way."""
    keypoints = np.array([[[12.0, 48.0], [52.0, 30.0], [90.0, 30.0], [12.0, 20.0]]])  # inside; near; far; not labelled
    visible = np.array([[1, 1, 1, 0]])
    for outside, weights in ((False, [1, 0, 0, 0]), (True, [1, 1, 1, 0])):
        codec = SIKRLabel((48, 64), (12, 16), sigma=2, outside=outside)
        encoded = codec.encode(keypoints, visible)
        assert encoded['keypoint_weights'].tolist() == [weights]
        assert encoded['heatmap_keypoint_weights'].tolist() == [[1, 1, 0, 0]]
        np.testing.assert_allclose(encoded['keypoint_labels'][0, 2], (90 / 48, 30 / 64))
    assert SIKRLabel((48, 64), (12, 16), outside=True).encode(keypoints)['keypoint_weights'].tolist() == [[1, 1, 1, 1]]
