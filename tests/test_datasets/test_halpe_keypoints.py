"""Keypoints of other data sets in Halpe's 136: same meaning, mirror pairs stay mirror pairs, the rest has no weight."""

import numpy as np
import pytest
from mmpose.datasets.transforms import KeypointConverter

from pose_plugins.datasets.halpe_keypoints import halpe_mapping
from pose_plugins.datasets.meta import dataset_meta, keypoint_names
from pose_plugins.datasets.transforms import HalpeConverter
from pose_plugins.utils.errors import InputError

COUNTS = {'halpe': 136, 'coco_wholebody': 133, '300w': 68, 'freihand2d': 21, 'interhand3d': 42}


def meaning(name):
    """A name in words that data sets share: side, part, number."""
    words = name.replace('kpt-', 'face-').replace('hand_root', 'wrist')
    return tuple(word for word in words.replace('-', '_').split('_'))


@pytest.mark.parametrize('dataset', COUNTS)
def test_every_pair_has_the_same_meaning(dataset):
    source, target, mapping = keypoint_names(dataset), keypoint_names('halpe'), halpe_mapping(dataset)
    assert len(mapping) == len(source) == COUNTS[dataset]
    assert len({b for _, b in mapping}) == len(mapping)
    for a, b in mapping:
        expected = meaning(source[a])
        if dataset == 'freihand2d':
            expected = ('right', *expected)
        if expected[-1] == 'wrist' and dataset not in ('halpe', 'coco_wholebody'):
            assert target[b] == f'{expected[0]}_hand_root'  # not the body's wrist
        else:
            assert meaning(target[b]) == expected


@pytest.mark.parametrize('dataset', ['halpe', 'coco_wholebody', '300w', 'interhand3d'])
def test_mirror_pairs_map_to_mirror_pairs(dataset):
    flip, halpe_flip = dataset_meta(dataset)['flip_indices'], dataset_meta('halpe')['flip_indices']
    mapping = dict(halpe_mapping(dataset))
    for a, b in mapping.items():
        assert mapping[flip[a]] == halpe_flip[b], keypoint_names(dataset)[a]


@pytest.mark.parametrize('dataset', COUNTS)
def test_the_converter_moves_them_and_gives_the_rest_no_weight(dataset):
    mapping, count = halpe_mapping(dataset), COUNTS[dataset]
    keypoints = np.random.default_rng(0).uniform(size=(1, count, 2))
    results = KeypointConverter(136, mapping).transform(
        dict(keypoints=keypoints, keypoints_visible=np.ones((1, count)), flip_indices=list(range(count)))
    )
    for a, b in mapping:
        np.testing.assert_array_equal(results['keypoints'][0, b], keypoints[0, a])
    visible, weights = results['keypoints_visible'][0].T
    mapped = np.isin(np.arange(136), [b for _, b in mapping])
    np.testing.assert_array_equal(visible, mapped)
    np.testing.assert_array_equal(weights, mapped)


def test_what_is_mapped_without_a_label_has_no_weight():
    """Also where nobody else looks at the weights that MMPose's converter gives beside the visibilities."""
    visible = np.arange(21)[None] % 2
    results = HalpeConverter('freihand2d').transform(dict(keypoints=np.ones((1, 21, 2)), keypoints_visible=visible))
    assert results['keypoints'].shape == (1, 136, 2) and results['keypoints_visible'].shape == (1, 136)
    assert results['keypoints_visible'].sum() == visible.sum() == 10


def test_another_number_of_keypoints():
    """A face of 65 points, or the 26 of Halpe's other version."""
    for dataset, count, expected in (('300w', 65, 68), ('halpe', 26, 136)):
        results = dict(keypoints=np.ones((1, count, 2)), keypoints_visible=np.ones((1, count)))
        record = dict(img_path='a.jpg', id=3, dataset_name=dataset)
        with pytest.raises(
            InputError, match=rf'^a\.jpg, annotation 3 of {dataset}: {count} keypoints, {dataset} has {expected}$'
        ):
            HalpeConverter(dataset).transform({**results, **record})
        assert HalpeConverter(dataset, skip_bad=True).transform({**results, **record}) is None


def test_other_data_sets_are_refused():
    with pytest.raises(
        InputError, match="dataset='lvis': choose from halpe, coco_wholebody, 300w, freihand2d, interhand3d"
    ):
        HalpeConverter('lvis')


def test_faces_have_one_order():
    """300W's, COCO-WholeBody's and Halpe's faces are numbered alike: the mirror pairs of their own descriptions agree."""
    faces = {}
    for dataset in ('300w', 'coco_wholebody', 'halpe'):
        names, flip = keypoint_names(dataset), dataset_meta(dataset)['flip_indices']
        numbers = {name.split('-')[1]: names[flip[i]].split('-')[1] for i, name in enumerate(names) if '-' in name}
        faces[dataset] = numbers
    assert faces['300w'] == faces['coco_wholebody'] == faces['halpe'] and len(faces['halpe']) == 68
