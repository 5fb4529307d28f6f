"""Pictures of a decoder's queries show what the pass used that made the prediction, at the right place in the picture."""

import json

import cv2
import numpy as np
import pytest
import torch
from mmpose.apis import inference_topdown, init_model

from pose_plugins.attention.inspection import inspect_dataset, inspect_pictures
from pose_plugins.attention.queries import PersonQueries, inspect_queries
from pose_plugins.attention.query_figures import COLOURS, LINKS, draw_points, draw_query_lines
from pose_plugins.utils.errors import InputError


@pytest.fixture(scope='module', params=['poseur', 'tfpose'])
def trained(request, configs, tmp_path_factory):
    """A synthetic variant with random weights, in a file."""
    (config,) = (configs / request.param).glob('*_synthetic-*.py')
    torch.manual_seed(0)
    model = init_model(str(config), device='cpu')
    path = tmp_path_factory.mktemp('model') / 'weights.pth'
    torch.save(dict(state_dict=model.state_dict()), path)
    return config, path


@pytest.fixture(scope='module')
def picture(synthetic_coco):
    return sorted((synthetic_coco / 'val2017').glob('*.jpg'))[0]


def test_what_is_recorded_made_the_prediction(trained, picture):
    model = init_model(str(trained[0]), str(trained[1]), device='cpu')
    for layer in model.head.layers:  # places that do not depend on the query
        torch.nn.init.zeros_(layer.cross_attn.sampling_offsets.weight)
    height, width = cv2.imread(str(picture)).shape[:2]
    box = np.array([[width * 0.2, height * 0.1, width * 0.7, height * 0.9]])
    (person,) = inspect_queries(model, picture, box)
    layers, keypoints = len(model.head.layers), 17
    levels = len(model.head.levels.levels)
    assert person.points.shape == (layers, keypoints, 4, levels, 2, 2)
    np.testing.assert_allclose(person.weights.sum((3, 4)), 1, rtol=1e-5)
    np.testing.assert_allclose(person.attention.sum(-1), 1, rtol=1e-5)
    # a layer reads around the estimate of the layer before
    centre = person.points[1].mean((1, 2, 3))
    sizes = np.array([(24, 32), (12, 16), (6, 8), (3, 4)])[-levels:]
    bias = model.head.layers[1].cross_attn.sampling_offsets.bias.detach().view(4, levels, 2, 2).numpy() / sizes[:, None]
    references = person.points[1] - bias
    np.testing.assert_allclose(references, np.broadcast_to(references[:, :1, :1, :1], references.shape), atol=1e-5)
    np.testing.assert_allclose(centre, references[:, 0, 0, 0] + bias.mean((0, 1, 2)), atol=1e-5)
    model.test_cfg = dict(flip_test=False)
    (sample,) = inference_topdown(model, str(picture), box)
    np.testing.assert_allclose(person.scores, sample.pred_instances.keypoint_scores[0], rtol=1e-5)
    assert not model.head.layers[0].cross_attn.recorded and 'forward' not in vars(model.head)


def test_points_lie_where_they_were_read_in_their_levels_colour():
    points = np.full((1, 1, 1, 2, 1, 2), 0.5)
    points[..., 0, 0, :] = (0.25, 0.75)
    points[..., 1, 0, :] = (0.75, 0.25)
    weights = np.array([0.2, 0.8]).reshape(1, 1, 1, 2, 1)
    view = np.full((100, 200, 3), 90, np.uint8)
    keypoints = np.full((1, 1, 2), 0.5)
    image = draw_points(PersonQueries(points, weights, np.ones((1, 1, 1)), keypoints, np.ones(1), view), 0, 0)
    assert tuple(image[75, 50]) == COLOURS[0] and tuple(image[25, 150]) == COLOURS[1]
    areas = [(image == colour).all(-1).sum() for colour in COLOURS[:2]]
    assert areas[1] > 2 * areas[0]


def test_one_level_and_the_truth():
    points = np.full((1, 1, 1, 2, 1, 2), 0.25)
    points[..., 1, 0, :] = 0.75
    person = PersonQueries(
        points,
        np.full((1, 1, 1, 2, 1), 0.5),
        np.ones((1, 1, 1)),
        np.full((1, 1, 2), 0.5),
        np.ones(1),
        np.full((200, 200, 3), 90, np.uint8),
        truth=np.array([[0.25, 0.75]]),
    )
    image = draw_points(person, 0, 0, level=1)
    assert tuple(image[150, 150]) == COLOURS[1] and tuple(image[50, 50]) == (90, 90, 90)
    assert tuple(image[150, 50]) == (0, 255, 255)  # the truth's cross
    person.truth[:] = np.nan
    assert tuple(draw_points(person, 0, 0)[150, 50]) == (90, 90, 90)


def test_lines_tell_bones_mirrors_and_others():
    attention = np.eye(4)[None] * 0.2
    attention[0, 0, 1], attention[0, 2, 3], attention[0, 1, 3] = 0.8, 0.8, 0.8
    places = np.array([[[0.2, 0.2], [0.8, 0.2], [0.2, 0.8], [0.8, 0.8]]])
    person = PersonQueries(
        np.zeros((1, 4, 1, 1, 1, 2)),
        np.ones((1, 4, 1, 1, 1)),
        attention,
        places,
        np.ones(4),
        np.zeros((100, 100, 3), np.uint8),
    )
    names = {0: 'left', 1: 'right', 2: 'top'}
    image = draw_query_lines(person, 0, names, skeleton=[(2, 3)], flip_indices=[1, 0, 2, 3], strongest=1)
    image = image[-200:]  # without the caption
    assert tuple(image[40, 100]) == LINKS['mirror'] and tuple(image[160, 100]) == LINKS['bone']
    assert tuple(image[100, 160]) == LINKS['other'] and not image[100, 40].any()


def test_truth_lands_on_its_place_in_the_view(trained, synthetic_coco):
    """The cross of an annotation lies where the picture, cut out for the network, shows the annotated pixel."""
    content = json.loads((synthetic_coco / 'annotations/person_keypoints_val2017.json').read_text())
    annotation = content['annotations'][0]
    (name,) = (image['file_name'] for image in content['images'] if image['id'] == annotation['image_id'])
    model = init_model(str(trained[0]), str(trained[1]), device='cpu')
    x, y, width, height = annotation['bbox']
    truth = np.zeros((1, 17, 3))
    truth[0, 0] = x + width / 2, y + height / 2, 2
    (person,) = inspect_queries(
        model, synthetic_coco / 'val2017' / name, np.array([[x, y, x + width, y + height]]), truth
    )
    np.testing.assert_allclose(person.truth[0], (0.5, 0.5), atol=0.01)  # the box's centre is the view's
    assert np.isnan(person.truth[1:]).all()


def test_files(trained, picture, tmp_path):
    (sheet,) = inspect_pictures(*trained, [picture], tmp_path, layers=[-1], keypoints=['nose', 'left_wrist'])
    assert sheet.name == f'{picture.stem}_person0_layer1_points.jpg'
    assert cv2.imread(str(sheet)).shape[0] >= 256
    for kind in ('queries.png', 'lines.jpg'):
        assert cv2.imread(str(tmp_path / f'{picture.stem}_person0_layer1_{kind}')) is not None
    with pytest.raises(InputError, match='a threshold is for encoders over pixels'):
        inspect_pictures(*trained, [picture], tmp_path, threshold=0.1)
    with pytest.raises(InputError, match='level 4: the queries read levels 0 to'):
        inspect_pictures(*trained, [picture], tmp_path, level=4)
    with pytest.raises(InputError, match='layer 3: the model has decoder layers 0 to 1'):
        inspect_pictures(*trained, [picture], tmp_path, layers=[3])
    with pytest.raises(InputError, match='has no encoder over the pixels'):
        inspect_dataset(*trained, trained[0], tmp_path)
