"""How people look: features of a network at their keypoints, and tracks that know people again by them."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from walkers import Walker, frames, switches

from pose_plugins import load_model
from pose_plugins.inference.estimator import FAST, PLAIN, Estimator
from pose_plugins.inference.media import Array
from pose_plugins.inference.media import frames as read
from pose_plugins.inference.predict import predict
from pose_plugins.inference.tracking import PoseTracker
from pose_plugins.utils.errors import InputError

BOXES = np.array([[0, 0, 60, 90], [50, 10, 120, 100.0]])


@pytest.fixture(scope='module')
def model():
    return load_model('small-person', device='cpu')


@pytest.fixture(scope='module')
def picture():
    return np.random.default_rng(0).integers(0, 256, (100, 120, 3), np.uint8)


@pytest.mark.parametrize('speed', [FAST, replace(FAST, flip=False), replace(FAST, bfloat16=True), PLAIN])
def test_poses_stay_what_they_are(model, picture, speed):
    (people,) = predict(picture, model, BOXES, speed=speed)
    (seen,) = predict(picture, Estimator(model, speed, appearance=True), BOXES)
    np.testing.assert_allclose(seen.keypoints, people.keypoints, atol=1e-3)
    assert people.features.shape == (2, 0) and seen.features.shape[1] > 100
    np.testing.assert_allclose(np.linalg.norm(seen.features, axis=1), 1, rtol=1e-5)
    assert seen[[1]].features.shape == (1, seen.features.shape[1])
    assert not model.backbone._forward_hooks  # the model itself stays as it is


def test_features_are_the_backbones_at_the_keypoints(model, picture):
    """Of one keypoint in the middle of a cell that counts alone."""
    estimator = Estimator(model, PLAIN, appearance=True)
    (frame,) = read([Array('a', picture)])
    crop = estimator.crop(frame, BOXES[0])
    poses = estimator([crop])
    inputs = model.data_preprocessor(dict(inputs=[crop['inputs']], data_samples=[crop['data_samples']]))['inputs']
    with torch.inference_mode():
        cells = model.backbone(inputs)
    cells = (cells if isinstance(cells, torch.Tensor) else cells[-1])[0]  # (C, h, w)
    sample = crop['data_samples']
    height, width = cells.shape[1:]
    scale, centre = np.asarray(sample.input_scale), np.asarray(sample.input_center)
    one = poses._replace(
        keypoints=np.float32(((np.array([1.5, 2.5]) / (width, height) - 0.5) * scale + centre)[None, None]),
        scores=np.ones((1, 1), np.float32),
    )
    with torch.inference_mode():
        estimator.network.backbone(inputs)
        features = estimator._appearance.of([crop], one)[0]
    expected = cells[:, 2, 1].numpy()
    np.testing.assert_allclose(features, expected / np.linalg.norm(expected), atol=1e-4)


def test_batches_and_mirror_images_do_not_matter(model, picture):
    estimator = Estimator(model, appearance=True)
    together = [people.features for people in predict([picture] * 3, estimator, BOXES, batch=4)]
    (alone,) = predict(picture, Estimator(model, replace(FAST, flip=False), appearance=True), BOXES, batch=1)
    np.testing.assert_allclose(together[0], together[2], atol=1e-4)
    similar = (together[1] * alone.features).sum(1)
    assert (similar > 0.95).all() and similar.max() > (together[1][0] * alone.features[1]).sum()
    (nobody,) = predict(picture, estimator, np.zeros((0, 4)))
    assert nobody.features.shape == (0, 0)


def looks(shown):
    """Walkers with a look of their own."""
    each = np.eye(4, dtype=np.float32)
    for people, identities in shown:
        yield replace(people, features=each[identities].reshape(len(people), 4)), identities


def meeting():
    """Two who walk towards each other, are hidden where they meet, and go back where they came from."""
    shown = list(frames([Walker((200, 240), (5, 0)), Walker((440, 240), (-5, 0))], 20))
    back = list(frames([Walker((295, 240), (-5, 0)), Walker((345, 240), (5, 0))], 20))
    moved = [(replace(people, frame=people.frame + 32), identities) for people, identities in back]
    return shown + moved


def test_who_turned_around_is_known_by_looks():
    """By their way they would have passed each other."""
    by_way = switches(PoseTracker(), meeting())[0]
    assert by_way == 2
    assert switches(PoseTracker(appearance=0.9), looks(meeting()))[:2] == (0, 0)


def test_without_looks_there_is_a_line():
    (people, _), *_ = meeting()
    with pytest.raises(InputError, match='walk.mp4, frame 0: nobody told how people look.*appearance=True') as error:
        PoseTracker(appearance=0.5).update(None, people)
    assert '\n' not in str(error.value)
    with pytest.raises(InputError, match='appearance'):
        PoseTracker(appearance=1.5)
