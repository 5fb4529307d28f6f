"""Keypoints that are no numbers are refused where they would become labels."""

import numpy as np
import pytest
from mmpose.registry import KEYPOINT_CODECS, TRANSFORMS
from mmpose.utils import register_all_modules

from pose_plugins.utils.errors import InputError

CODECS = {
    'SIKRLabel': dict(heatmap_size=(16, 24), sigma=2.0, outside=True),
    'RLELaplaceLabel': {},
    'SigmoidRefinementLabel': {},
}


def results(**changed):
    """Of a pipeline, before keypoints are encoded."""
    keypoints = np.full((1, 3, 2), 20.0, np.float32)
    return dict(
        dict(keypoints=keypoints, keypoints_visible=np.ones((1, 3), np.float32), img_path='a/1.jpg', id=7), **changed
    )


@pytest.mark.parametrize('name', CODECS)
@pytest.mark.parametrize('number', [np.nan, np.inf])
@pytest.mark.parametrize('visible', [1, 0])  # a weight of 0 times NaN is NaN
def test_the_pipeline_names_picture_and_keypoint(name, number, visible):
    register_all_modules()
    encoder = dict(type=name, input_size=(64, 96), **CODECS[name])
    wrong = results()
    wrong['keypoints'][0, 1, 1] = number
    wrong['keypoints_visible'][0, 1] = visible
    line = rf'^a/1.jpg, annotation 7: keypoint 1 \(from 0\) lies at 20, {number} of the input: must be finite numbers$'
    for cfg in (encoder, [encoder]):
        transform = TRANSFORMS.build(dict(type='GenerateTarget', encoder=cfg))
        assert 'keypoint_labels' in transform(results())
        with pytest.raises(InputError, match=line):
            transform({**wrong})
    with pytest.raises(InputError, match='^keypoint 1'):
        KEYPOINT_CODECS.build(encoder).encode(wrong['keypoints'], wrong['keypoints_visible'])


@pytest.mark.parametrize('name', CODECS)
def test_a_data_set_of_arrays_has_no_paths(name):
    register_all_modules()
    transform = TRANSFORMS.build(
        dict(type='GenerateTarget', encoder=dict(type=name, input_size=(64, 96), **CODECS[name]))
    )
    bare = {key: value for key, value in results().items() if key not in ('img_path', 'id')}
    assert 'keypoint_labels' in transform({**bare})
    bare['keypoints'][0, 2] = np.nan
    with pytest.raises(InputError, match='^keypoint 2'):
        transform({**bare})
