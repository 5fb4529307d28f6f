"""``QuickFlip`` draws as MMPose's ``RandomFlip`` does, gives the same pixels, and in an order that OpenCV takes as it is."""

import numpy as np
import pytest
from mmpose.datasets.transforms import RandomFlip

from pose_plugins.datasets.transforms import QuickFlip


def sample(shape=(48, 64, 3)):
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, shape).astype(np.uint8)
    keypoints = rng.uniform(0, 48, (1, 4, 2)).astype(np.float32)
    return dict(
        img=picture,
        img_shape=picture.shape[:2],
        bbox=np.array([[3.0, 4.0, 20.0, 40.0]], np.float32),
        keypoints=keypoints,
        keypoints_visible=np.ones((1, 4), np.float32),
        flip_indices=[1, 0, 3, 2],
    )


@pytest.mark.parametrize('settings', [dict(prob=0.5), dict(prob=[0.3, 0.3, 0.3], direction=[*'hvd'])], ids=str)
@pytest.mark.parametrize('shape', [(48, 64, 3), (48, 64, 1), (48, 64)])
def test_the_same_as_mmposes(settings, shape):
    names = dict(h='horizontal', v='vertical', d='diagonal')
    if 'direction' in settings:
        settings = {**settings, 'direction': [names[letter] for letter in settings['direction']]}
    ours, theirs, flips = QuickFlip(**settings), RandomFlip(**settings), set()
    for seed in range(30):
        found = []
        for flip in (ours, theirs):
            np.random.seed(seed)
            found.append(flip(sample(shape)))
        assert found[0].keys() == found[1].keys()
        for key, value in found[1].items():
            np.testing.assert_array_equal(found[0][key], value)
        assert found[0]['img'].flags['C_CONTIGUOUS']
        flips.add(found[0]['flip_direction'])
    assert flips == {None, *settings.get('direction', ['horizontal'])}


def test_several_pictures():
    several = sample()
    several['img'] = [several['img'], several['img'] + 1]
    flipped = QuickFlip(prob=1.0)(several)['img']
    assert isinstance(flipped, list)
    for picture, before in zip(flipped, [sample()['img'], sample()['img'] + 1]):
        np.testing.assert_array_equal(picture, before[:, ::-1])
