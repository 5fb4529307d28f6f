"""Where the queries of a decoder read the features, and which queries they attend to (Poseur, figure 5)."""

from contextlib import contextmanager
from dataclasses import dataclass

import cv2
import matplotlib
import numpy as np
import torch
from mmengine.dataset import pseudo_collate

from ..errors import InputError
from ..models.layers import DeformableAttention, SelfAttention, record_attention
from .attention import people_items, read_picture, view_of
from .sheets import captioned, contact_sheet

matplotlib.use('Agg')
from matplotlib import pyplot as plt  # noqa: E402

COLOURS = ((255, 200, 0), (0, 220, 0), (0, 160, 255), (60, 60, 255))  # BGR of the levels, from the finest


@dataclass
class PersonQueries:
    """What the K queries of every decoder layer did in one pass over one person.

    Attributes:
        points: (layers, K, heads, levels, points, 2), where they read, fractions of the network's input.
        weights: (layers, K, heads, levels, points), how much of it they took; sums to 1 for each head.
        attention: (layers, K, K), averaged over heads; row i is what query i attends to.
        keypoints: (layers, K, 2), each layer's prediction, fractions of the input.
        scores: (K,), predicted.
        view: What the network saw, (h, w, 3), BGR, uint8.
    """

    points: np.ndarray
    weights: np.ndarray
    attention: np.ndarray
    keypoints: np.ndarray
    scores: np.ndarray
    view: np.ndarray


def reads_with_queries(model):
    """bool: Whether a model has a decoder whose queries read features by deformable attention."""
    return any(isinstance(module, DeformableAttention) for module in model.head.modules())


def inspect_queries(model, image, boxes=None):
    """Predict people in a picture and record what the queries did, in the pass that made the prediction.

    Args:
        model (TopdownPoseEstimator): A model of ``mmpose.apis.init_model`` for which ``reads_with_queries`` holds.
        image (str | Path): The picture.
        boxes (np.ndarray | None): (people, 4), left, top, right, bottom in pixels; None takes the whole picture.

    Yields:
        PersonQueries: One for each box, in turn.

    Raises:
        InputError: If the picture cannot be read or the model has no such decoder.
    """
    if not reads_with_queries(model):
        raise InputError(f'{type(model.head).__name__}: has no queries that read features, which could be inspected')
    picture = read_picture(image)
    layers = {name: module for name, module in model.named_modules()}
    for item in people_items(model, picture, boxes):
        with _keep_output(model.head) as outputs, torch.no_grad(), record_attention(model) as records:
            test_cfg, model.test_cfg = model.test_cfg, {**model.test_cfg, 'flip_test': False}
            try:
                (sample,) = model.test_step(pseudo_collate([item]))
            finally:
                model.test_cfg = test_cfg
        read = [entries[0] for name, entries in records.items() if isinstance(layers[name], DeformableAttention)]
        shared = [entries[0] for name, entries in records.items() if isinstance(layers[name], SelfAttention)]
        yield PersonQueries(
            points=_stack(entry['points'] for entry in read),
            weights=_stack(entry['weights'] for entry in read),
            attention=_stack(entry['weights'] for entry in shared),
            keypoints=outputs[0]['keypoints'][:, 0].float().cpu().numpy(),
            scores=sample.pred_instances.keypoint_scores[0],
            view=view_of(picture, sample.metainfo),
        )


@contextmanager
def _keep_output(head):
    """Keep what a head's ``forward`` gives while it predicts: its ``predict`` calls it without PyTorch's hooks."""
    forward, outputs = head.forward, []

    def kept(feats):
        outputs.append(forward(feats))
        return outputs[-1]

    head.forward = kept
    try:
        yield outputs
    finally:
        del head.forward


def _stack(tensors):
    """One person's tensors of all layers, (1, ...) each, as one array."""
    return torch.stack([tensor[0] for tensor in tensors]).float().cpu().numpy()


def draw_points(person, layer, keypoint):
    """Draw where a keypoint's query reads.

    Args:
        person (PersonQueries): The person.
        layer (int): Index of the decoder layer; negative counts from the last.
        keypoint (int): Index of the keypoint.

    Returns:
        np.ndarray: The view in grey, a dot for each point in its level's colour, its area the point's weight; the layer's
        prediction is a white ring. BGR, uint8.
    """
    height, width = person.view.shape[:2]
    image = cv2.cvtColor(cv2.cvtColor(person.view, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    points = person.points[layer, keypoint] * (width, height)  # (heads, levels, points, 2)
    weights = person.weights[layer, keypoint]
    for level in range(points.shape[1]):
        colour = COLOURS[level % len(COLOURS)]
        for (x, y), weight in zip(points[:, level].reshape(-1, 2), weights[:, level].ravel()):
            if -width < x < 2 * width and -height < y < 2 * height:
                radius = 1 + 8 * np.sqrt(weight)
                cv2.circle(image, (round(float(x)), round(float(y))), round(float(radius)), colour, -1, cv2.LINE_AA)
    centre = tuple(int(v) for v in np.round(person.keypoints[layer, keypoint] * (width, height)))
    cv2.circle(image, centre, 7, (0, 0, 0), 4, cv2.LINE_AA)
    cv2.circle(image, centre, 7, (255, 255, 255), 2, cv2.LINE_AA)
    return image


def draw_queries(person, layer, names, columns=6):
    """A contact sheet of ``draw_points``.

    Args:
        person (PersonQueries): The person.
        layer (int): Index of the decoder layer.
        names (dict[int, str]): Index of each keypoint to draw -> its name.
        columns (int): How many in a row. Default: 6.

    Returns:
        np.ndarray: The sheet, BGR, uint8. Captions give the prediction's score and each level's share of the weights.
    """
    tiles = []
    for keypoint, name in names.items():
        shares = person.weights[layer, keypoint].sum((0, 2)) / person.weights.shape[2]
        levels = 'levels ' + ' '.join(f'{share:.2f}' for share in shares)
        tiles.append(captioned(draw_points(person, layer, keypoint), f'{name} {person.scores[keypoint]:.2f}', levels))
    return contact_sheet(tiles, min(columns, len(tiles)))


def draw_query_attention(person, layer, names, path):
    """Plot which queries attend to which.

    Args:
        person (PersonQueries): The person.
        layer (int): Index of the decoder layer.
        names (dict[int, str]): Index of each keypoint to show as a query -> its name.
        path (Path): The picture to write.
    """
    size = 2.5 + 0.28 * len(names)
    figure, axes = plt.subplots(figsize=(size + 1, size), layout='constrained')
    chosen = list(names)
    image = axes.imshow(person.attention[layer][np.ix_(chosen, chosen)], cmap='viridis', vmin=0)
    axes.set_xticks(range(len(names)), names.values(), rotation=90)
    axes.set_yticks(range(len(names)), names.values())
    axes.set(xlabel='query attended to', ylabel='query')
    figure.colorbar(image, label='attention, mean over heads; a row sums to 1')
    figure.savefig(path, dpi=100)
    plt.close(figure)
