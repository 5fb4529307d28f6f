"""Pictures are read whole, or refused with the reason."""

import os

import cv2
import numpy as np
import pytest

from pose_plugins.utils.errors import InputError
from pose_plugins.utils.picture_files import read_picture


def test_refused(tmp_path):
    picture = np.random.default_rng(0).integers(0, 255, (40, 30, 3), np.uint8)
    for suffix in ('.jpg', '.png'):
        content = cv2.imencode(suffix, picture)[1].tobytes()
        (tmp_path / f'cut{suffix}').write_bytes(content[:-40])
    (tmp_path / 'empty.jpg').touch()
    (tmp_path / 'text.jpg').write_text('no picture')
    (tmp_path / 'folder.jpg').mkdir()
    os.mkfifo(tmp_path / 'pipe.jpg')
    for name, reason in {
        'none.jpg': 'there is no such file',
        'cut.jpg': 'is cut off',
        'cut.png': 'is cut off',
        'empty.jpg': 'the file is empty',
        'text.jpg': 'is damaged, or no picture that OpenCV can read',
        'folder.jpg': 'is a folder, give its pictures',
        'pipe.jpg': 'is no regular file',
        'a\0b.jpg': 'cannot be read: embedded null byte',
    }.items():
        with pytest.raises(InputError, match=reason):
            read_picture(tmp_path / name)


def test_any_kind_becomes_three_channels_of_eight_bits(tmp_path):
    rng = np.random.default_rng(0)
    for number, picture in enumerate(
        [
            rng.integers(0, 255, (5, 7), np.uint8),
            rng.integers(0, 255, (5, 7, 4), np.uint8),
            rng.integers(0, 65535, (5, 7, 3), np.uint16),
            rng.integers(0, 255, (5, 7, 3), np.uint8),
        ]
    ):
        path = tmp_path / f'{number}.png'
        cv2.imwrite(str(path), picture)
        read = read_picture(path)
        assert read.shape == (5, 7, 3) and read.dtype == np.uint8
    np.testing.assert_array_equal(read, picture)
