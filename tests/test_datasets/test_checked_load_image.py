"""Pictures that are missing, damaged or a folder: one line that names picture and annotation, or a skipped sample."""

import cv2
import numpy as np
import pytest

from pose_plugins.datasets.transforms import CheckedLoadImage
from pose_plugins.utils.errors import InputError


@pytest.fixture
def pictures(tmp_path):
    cv2.imwrite(str(tmp_path / 'good.png'), np.full((4, 6, 3), 7, np.uint8))
    (tmp_path / 'damaged.jpg').write_text('no picture')
    (tmp_path / 'empty.jpg').touch()
    (tmp_path / 'folder.jpg').mkdir()
    return tmp_path


def results(path):
    return dict(img_path=str(path), id=12, dataset_name='300w')


def test_a_picture_is_loaded_as_mmpose_does(pictures):
    for skip_bad in (False, True):
        loaded = CheckedLoadImage(skip_bad=skip_bad, to_float32=True).transform(results(pictures / 'good.png'))
        assert loaded['img'].shape == (4, 6, 3) and loaded['img'].dtype == np.float32 and loaded['img_shape'] == (4, 6)


@pytest.mark.parametrize(
    'name, reason',
    [
        ('missing.jpg', 'no such picture'),
        ('damaged.jpg', 'is damaged, or no picture'),
        ('empty.jpg', 'is damaged, or no picture'),
        ('folder.jpg', 'the picture cannot be read: '),
    ],
)
def test_bad_pictures(pictures, name, reason):
    with pytest.raises(InputError, match=f'{name}, annotation 12 of 300w: {reason}') as error:
        CheckedLoadImage().transform(results(pictures / name))
    assert '\n' not in str(error.value)
    assert CheckedLoadImage(skip_bad=True).transform(results(pictures / name)) is None
    blank = CheckedLoadImage(blank_bad=True).transform(results(pictures / name))
    assert not blank['img'].any() and blank['img'].ndim == 3 and blank['img_shape'] == blank['img'].shape[:2]


def test_skipped_or_black():
    with pytest.raises(InputError, match='skip_bad=True, blank_bad=True: choose one of them'):
        CheckedLoadImage(skip_bad=True, blank_bad=True)
