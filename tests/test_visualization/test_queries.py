"""What is shown of a decoder's queries: what the pass used that made the prediction, at the right place in the picture."""

import cv2
import numpy as np
import pytest
import torch
from mmpose.apis import inference_topdown, init_model

from pose_plugins.errors import InputError
from pose_plugins.visualization.inspection import inspect_dataset, inspect_pictures
from pose_plugins.visualization.queries import PersonQueries, inspect_queries
from pose_plugins.visualization.query_figures import COLOURS, draw_points


@pytest.fixture(scope='module')
def trained(configs, tmp_path_factory):
    """The synthetic variant with random weights, in a file."""
    (config,) = (configs / 'poseur').glob('*_synthetic-*.py')
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
    height, width = cv2.imread(str(picture)).shape[:2]
    box = np.array([[width * 0.2, height * 0.1, width * 0.7, height * 0.9]])
    (person,) = inspect_queries(model, picture, box)
    layers, keypoints = len(model.head.layers), 17
    assert person.points.shape == (layers, keypoints, 4, 4, 2, 2)
    np.testing.assert_allclose(person.weights.sum((3, 4)), 1, rtol=1e-5)
    np.testing.assert_allclose(person.attention.sum(-1), 1, rtol=1e-5)
    # a layer reads around the estimate of the layer before: here offsets are still those that they begin with
    centre = person.points[1].mean((1, 2, 3))
    sizes = np.array([(24, 32), (12, 16), (6, 8), (3, 4)])
    bias = model.head.layers[1].cross_attn.sampling_offsets.bias.detach().view(4, 4, 2, 2).numpy() / sizes[:, None]
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


def test_files(trained, picture, tmp_path):
    (sheet,) = inspect_pictures(*trained, [picture], tmp_path, layers=[-1], keypoints=['nose', 'left_wrist'])
    assert sheet.name == f'{picture.stem}_person0_layer1_points.jpg'
    assert cv2.imread(str(sheet)).shape[0] >= 256
    assert cv2.imread(str(tmp_path / f'{picture.stem}_person0_layer1_queries.png')) is not None
    with pytest.raises(InputError, match='layer 3: the model has decoder layers 0 to 1'):
        inspect_pictures(*trained, [picture], tmp_path, layers=[3])
    with pytest.raises(InputError, match='has no encoder over the pixels'):
        inspect_dataset(*trained, trained[0], tmp_path)
