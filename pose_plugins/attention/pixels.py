"""Records what the prediction of a keypoint depends on in an encoder over pixels (TransPose, section 3.4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from mmengine.dataset import pseudo_collate
from mmpose.models import TopdownPoseEstimator
from mmpose.structures import PoseDataSample
from mmpose.structures.bbox import get_warp_matrix

from ..inference.sources import people_items, view_of
from ..models.layers import record_attention
from ..utils.errors import InputError
from ..utils.picture_files import read_picture


@dataclass
class PersonAttention:
    """The attention of every encoder layer in one pass over one person.

    Attributes:
        weights: (layers, N, N), averaged over heads; entry [l, i, j] is how much token i attends to token j in layer l. Each
            row sums to 1.
        feature_size: Width w and height h of the feature map; N = w * h, and token y * w + x is its pixel (x, y).
        heatmap_size: Width and height of the heatmaps, multiples of the feature map's.
        tokens: (K,), the token in which each keypoint's heatmap has its peak.
        keypoints: (K, 2), predicted, as fractions of the network's input.
        scores: (K,), predicted.
        input_size: Width and height of the network's input in pixels.
        view: What the network saw, (VIEW_HEIGHT, width, 3), BGR, uint8; None unless there is a picture to draw on.
    """

    weights: np.ndarray
    feature_size: tuple[int, int]
    heatmap_size: tuple[int, int]
    tokens: np.ndarray
    keypoints: np.ndarray
    scores: np.ndarray
    input_size: tuple[int, int]
    view: np.ndarray | None = None

    def dependency_area(self, layer: int, keypoint: int) -> np.ndarray:
        """(h, w), how much the keypoint's prediction depends on each place: a row of the attention."""
        width, height = self.feature_size
        return self.weights[layer, self.tokens[keypoint]].reshape(height, width)

    def affected_area(self, layer: int, keypoint: int) -> np.ndarray:
        """(h, w), how much each place is affected by the keypoint's: a column of the attention."""
        width, height = self.feature_size
        return self.weights[layer, :, self.tokens[keypoint]].reshape(height, width)


def inspect_people(
    model: TopdownPoseEstimator, image: str | Path, boxes: np.ndarray | None = None
) -> Iterator[PersonAttention]:
    """Predict people in a picture and record the attention that the predictions came from.

    Args:
        model: A model of ``mmpose.apis.init_model`` with an encoder over the pixels of its features.
        image: The picture.
        boxes: (people, 4), left, top, right, bottom in pixels; None takes the whole picture.

    Yields:
        One for each box, in turn: the maps are large.

    Raises:
        InputError: If the picture cannot be read or the model has no such encoder.
    """
    picture = read_picture(image)
    for item in people_items(model, picture, boxes):
        (person,), (sample,) = inspect_samples(model, [item])
        person.view = view_of(picture, sample.metainfo)
        yield person


def inspect_samples(
    model: TopdownPoseEstimator, items: list[dict]
) -> tuple[list[PersonAttention], list[PoseDataSample]]:
    """Predict the people of a data set's items and record the attention that the predictions came from.

    The model is run once, without flip test: what is predicted is what the recorded pass gave.

    Args:
        model: A model with an encoder over the pixels of its features.
        items: What the data set gives, ``inputs`` and ``data_samples`` each.

    Returns:
        One of each for each item.

    Raises:
        InputError: If the model has no such encoder.
    """
    test_cfg = model.test_cfg
    model.test_cfg = {**test_cfg, 'flip_test': False, 'output_heatmaps': True}
    try:
        with torch.no_grad(), record_attention(model) as records:
            samples = model.test_step(pseudo_collate(items))
    finally:
        model.test_cfg = test_cfg
    feature_size = getattr(model.head, 'feature_size', None)
    maps = [entry['weights'] for (entry,) in records.values() if 'weights' in entry]
    if feature_size is None or not maps:
        raise InputError(
            f'{type(model.head).__name__} with {type(model.backbone).__name__}: has no encoder over the pixels of its '
            'features, whose attention could be inspected'
        )
    stacked = torch.stack(maps, dim=1).float().cpu().numpy()  # (people, layers, N, N)
    return [_person(weights, feature_size, sample) for weights, sample in zip(stacked, samples)], samples


def _person(weights: np.ndarray, feature_size: tuple[int, int], sample: PoseDataSample) -> PersonAttention:
    """One person, of whom something was recorded and predicted."""
    heatmaps = sample.pred_fields.heatmaps  # (K, H, W)
    heatmap_size = np.array(heatmaps.shape[:0:-1])
    y, x = np.divmod(heatmaps.flatten(1).argmax(1).cpu().numpy(), heatmap_size[0])
    columns, rows = (np.stack([x, y], 1) * feature_size // heatmap_size).T
    info = sample.metainfo
    input_size = np.array(info['input_size'])
    to_input = get_warp_matrix(info['input_center'], info['input_scale'], 0, tuple(input_size))  # (2, 3)
    keypoints = sample.pred_instances.keypoints[0] @ to_input[:, :2].T + to_input[:, 2]
    return PersonAttention(
        weights=weights,
        feature_size=feature_size,
        heatmap_size=tuple(heatmap_size),
        tokens=rows * feature_size[0] + columns,
        keypoints=keypoints / input_size,
        scores=sample.pred_instances.keypoint_scores[0],
        input_size=tuple(input_size),
    )
