"""Keypoints of a low confidence are not labelled."""

import numpy as np
import pytest
from mmpose.registry import TRANSFORMS

from pose_plugins.datasets.transforms import ConfidentKeypoints
from pose_plugins.utils.errors import InputError


def labelled(annotation, visible, **arguments):
    transform = TRANSFORMS.build(dict(type='ConfidentKeypoints', **arguments))
    results = transform(dict(raw_ann_info=annotation, keypoints_visible=np.array([visible])))
    return results['keypoints_visible'][0].tolist()


def test_parts_in_their_order():
    annotation = dict(
        keypoints=[1, 1, 2, 2, 2, 0],
        righthand_kpts=[1, 1, 0.3, 2, 2, 0.35],
        lefthand_kpts=[1, 1, 1, 2, 2, 0.1],
        face_kpts=[5, 5, 0.34],
        foot_kpts=[5, 5, 1],
    )
    visible = [1, 0, 1, 1, 1, 1, 1, 1]  # as MMPose's data set has them: body, foot, face, left and right hand
    assert labelled(annotation, visible) == [1, 0, 1, 0, 1, 0, 0, 1]
    assert labelled(annotation, visible, threshold=0.05) == visible  # those above 0 are 1


def test_data_with_one_list():
    fractions = dict(keypoints=[1, 1, 1, 2, 2, 0, 3, 3, 2, 4, 4, 0.4, 5, 5, 0.3])
    assert labelled(fractions, [1, 0, 1, 0.4, 0.3]) == [1, 0, 1, 1, 0]


def test_a_file_of_whole_bodies_read_by_its_bodies():
    annotation = dict(id=4, keypoints=[1, 1, 2, 2, 2, 0.2], foot_kpts=[1, 1, 1], face_kpts=[5, 5, 0.9])
    assert labelled(annotation, [1, 1]) == [1, 0]
    with pytest.raises(
        InputError, match='ConfidentKeypoints: annotation 4 has 4 keypoints in .*, the data set reads 5'
    ):
        labelled(annotation, [1] * 5)
    with pytest.raises(InputError, match='takes the annotation of one person, .* raw_ann_info is list'):
        labelled([annotation], [1, 1])


def test_a_threshold_that_is_none():
    with pytest.raises(InputError, match='threshold=35: must'):
        ConfidentKeypoints(35)
