"""Rotation, scale and shift of boxes as the authors draw them."""

import numpy as np
import pytest
from mmpose.registry import TRANSFORMS

COUNT = 100000


def draw(**arguments):
    """Centres, scales and rotations of many boxes of 1 x 1 at the origin."""
    np.random.seed(1)
    transform = TRANSFORMS.build(dict(type='ClippedBBoxTransform', **arguments))
    drawn = transform(dict(bbox_center=np.zeros((COUNT, 2)), bbox_scale=np.ones((COUNT, 2))))
    return drawn['bbox_center'], drawn['bbox_scale'], drawn['bbox_rotation']


@pytest.mark.parametrize(
    'rotate, scale, rotation_std, scale_std',  # measured on the authors' code
    [(45, 0.35, 43.2, 0.251), (30, 0.25, 28.8, 0.180), (40, 0.5, 38.3, 0.359)],
)
def test_deviations_are_the_published_ones(rotate, scale, rotation_std, scale_std):
    centres, scales, rotations = draw(shift_prob=0, rotate_factor=rotate, scale_factor=(1 - scale, 1 + scale))
    rotated = rotations[rotations != 0]
    assert len(rotated) / COUNT == pytest.approx(0.6, abs=0.005)
    assert rotated.std() == pytest.approx(rotation_std, abs=0.3)
    assert np.abs(rotated).max() == pytest.approx(2 * rotate)
    assert (scales[:, 0] == scales[:, 1]).all() and scales.std() == pytest.approx(scale_std, abs=0.003)
    at_the_ends = np.isclose(scales[:, 0], 1 - scale) | np.isclose(scales[:, 0], 1 + scale)
    assert at_the_ends.mean() == pytest.approx(0.32, abs=0.01)
    assert not centres.any()


def test_shift_is_uniform():
    centres, _, _ = draw(shift_prob=0.3, shift_factor=0.16, scale_prob=0, rotate_prob=0)
    shifted = centres[centres.any(1)]
    assert len(shifted) / COUNT == pytest.approx(0.3, abs=0.01)
    counts, _ = np.histogram(shifted, 8, (-0.16, 0.16))
    np.testing.assert_allclose(counts / counts.sum(), 1 / 8, atol=0.005)
    assert counts.sum() == shifted.size
    assert abs(np.corrcoef(shifted.T)[0, 1]) < 0.02


def test_the_factors_are_independent():
    _, scales, rotations = draw(rotate_prob=1)
    assert abs(np.corrcoef(scales[:, 0], rotations)[0, 1]) < 0.02


def test_what_is_switched_off():
    centres, scales, rotations = draw(shift_prob=0, scale_prob=0, rotate_prob=0)
    assert not centres.any() and (scales == 1).all() and not rotations.any()
