"""Colours and the black ellipse of Poseur's largest network."""

import cv2
import mmcv
import numpy as np
import pytest
from mmpose.registry import TRANSFORMS

from pose_plugins.datasets.transforms import ColorDistortion, EllipseCutout
from pose_plugins.utils.errors import InputError

PICTURE = np.random.default_rng(0).integers(40, 180, (24, 16, 3), np.uint8)


def distorted(**flags):
    """The picture with changes that are chosen, not drawn."""
    chosen = dict(contrast_last=0, brighter=0, contrast=0, hsv=0, swap=1, beta=10.0, alpha=1.2, saturation=1.3, hue=-18)
    transform = ColorDistortion()
    transform._random_flags = lambda: (*{**chosen, **flags}.values(), np.array([2, 0, 1]))
    return transform(dict(img=PICTURE.copy()))['img']


def test_each_change_by_its_formula():
    np.testing.assert_array_equal(distorted(), PICTURE)  # channels are not swapped
    np.testing.assert_array_equal(distorted(brighter=1), PICTURE + 10)
    for last in (0, 1):  # once, not twice
        expected = (PICTURE.astype(np.float32) * np.float32(1.2)).astype(np.uint8)
        assert np.abs(distorted(contrast=1, contrast_last=last).astype(int) - expected).max() <= 1
    hsv, changed = (mmcv.bgr2hsv(img).astype(int) for img in (PICTURE, distorted(hsv=2)))
    turned = (changed[..., 0] - hsv[..., 0] + 18) % 180  # on a circle
    assert np.median(np.minimum(turned, 180 - turned)) <= 1
    saturated = mmcv.bgr2hsv(distorted(hsv=1)).astype(int)
    assert np.abs(saturated[..., 1] - (hsv[..., 1] * 1.3).clip(0, 255)).max() <= 3


def test_half_of_the_pictures_are_changed_in_each_way():
    np.random.seed(0)
    transform = ColorDistortion()
    drawn = [transform._random_flags() for _ in range(4000)]
    _, brighter, contrast, hsv, *_, beta, alpha, saturation, hue, _ = map(np.array, zip(*drawn))
    for share in (brighter, contrast, (hsv == 1) | (hsv == 3), (hsv == 2) | (hsv == 3)):
        assert share.mean() == pytest.approx(0.5, abs=0.03)
    for values, low, high in ((beta, -32, 32), (alpha, 0.5, 1.5), (saturation, 0.5, 1.5), (hue, -18, 18)):
        assert low <= values.min() < low + 0.1 * (high - low) and high - 0.1 * (high - low) < values.max() <= high


def test_the_ellipse():
    np.random.seed(0)
    transform = TRANSFORMS.build(dict(type='EllipseCutout'))
    white = np.full((256, 192, 3), 255, np.uint8)
    widths, centres = [], []
    for _ in range(300):
        img = transform(dict(img=white))['img']
        black = (img == 0).all(-1)
        assert black.any() and (black | (img == 255).all(-1)).all()
        rows, columns = np.nonzero(black)
        if 0 < columns.min() and columns.max() < 191 and 0 < rows.min() and rows.max() < 255:  # the whole of it
            size = np.array([np.ptp(columns), np.ptp(rows)]) + 1
            assert black.sum() == pytest.approx(np.pi / 4 * size.prod(), rel=0.05)
            widths.extend(size / 2 / 192)
        centres.append((columns.mean(), rows.mean()))
    assert white.all()  # the picture that was given is left alone
    assert 0.19 < min(widths) < 0.23 and 0.3 < max(widths) < 0.41
    assert np.ptp(np.array(centres), axis=0) == pytest.approx((192, 256), rel=0.3)


def test_a_radius_that_is_none():
    with pytest.raises(InputError, match='radius_factor=0: must be'):
        EllipseCutout(0)


def test_pictures_stay_pictures():
    """OpenCV can warp, pad and write what comes out."""
    np.random.seed(3)
    for _ in range(20):
        img = EllipseCutout()(ColorDistortion()(dict(img=PICTURE)))['img']
        assert img.dtype == np.uint8 and img.flags.c_contiguous and cv2.imencode('.png', img)[0]
