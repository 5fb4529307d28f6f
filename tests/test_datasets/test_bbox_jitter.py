"""Jittered boxes: the published distribution, inside of the picture."""

import numpy as np
import pytest
from mmpose.registry import TRANSFORMS

from pose_plugins.datasets.transforms.bbox_jitter import SIDE_OFFSETS, BBoxJitter
from pose_plugins.utils.errors import InputError


def jitter(box, times, shape=(1000, 1000), **arguments):
    np.random.seed(0)
    transform = TRANSFORMS.build(dict(type='BBoxJitter', **arguments))
    results = transform(dict(bbox=np.tile(np.array(box, np.float32), (times, 1)), img_shape=shape))
    return results['bbox']


def test_sides_move_as_published():
    moved = (jitter((400, 300, 500, 500), 20000, window_prob=0) - (400, 300, 500, 500)) / (100, 200, 100, 200)
    np.testing.assert_allclose(moved.mean(0), SIDE_OFFSETS[:, 0], atol=0.003)
    np.testing.assert_allclose(moved.std(0), SIDE_OFFSETS[:, 1], atol=0.003)


def test_windows_lie_in_the_box():
    boxes = jitter((400, 300, 500, 500), 4000)
    size = boxes[:, 2:] - boxes[:, :2]
    scale = size / (100, 200)
    windows = np.isclose(scale[:, 0], scale[:, 1], atol=1e-4) & (scale[:, 0] > 0.85) & (scale[:, 0] < 1)
    assert abs(windows.mean() - 0.15) < 0.02
    inside = boxes[windows]
    assert (inside[:, :2] >= (399.9, 299.9)).all() and (inside[:, 2:] <= (500.1, 500.1)).all()


def test_boxes_stay_in_the_picture():
    boxes = jitter((-5, 10, 20, 12), 2000, shape=(15, 22, 3))
    assert (boxes >= 0).all() and (boxes[:, 2:] <= (22, 15)).all()
    assert (boxes[:, 2:] - boxes[:, :2] >= 1).all()


def test_a_share_that_is_none():
    with pytest.raises(InputError, match=r'window_prob=1.2: must lie in \[0, 1\]'):
        BBoxJitter(window_prob=1.2)
