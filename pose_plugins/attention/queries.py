"""Records what the queries of a decoder do: where they read the features, which queries they attend to (Poseur, TFPose)."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from mmengine.dataset import pseudo_collate
from mmpose.models import TopdownPoseEstimator
from mmpose.structures.bbox import get_warp_matrix
from torch import nn

from ..inference.sources import people_items, view_of
from ..models.layers import DeformableAttention, record_attention
from ..utils.errors import InputError
from ..utils.picture_files import read_picture


@dataclass
class PersonQueries:
    """The K queries of every decoder layer in one pass over one person.

    Attributes:
        points: (layers, K, heads, levels, points, 2), where they read, fractions of the network's input.
        weights: (layers, K, heads, levels, points), how much of it they took; sums to 1 for each head.
        attention: (layers, K, K), averaged over heads; row i is what query i attends to.
        keypoints: (layers, K, 2), each layer's prediction, fractions of the input.
        scores: (K,), predicted.
        view: What the network saw, (h, w, 3), BGR, uint8.
        truth: (K, 2), annotated, fractions of the network's input, NaN where a keypoint is not; None if nothing is known.
    """

    points: np.ndarray
    weights: np.ndarray
    attention: np.ndarray
    keypoints: np.ndarray
    scores: np.ndarray
    view: np.ndarray
    truth: np.ndarray | None = None


def reads_with_queries(model: TopdownPoseEstimator) -> bool:
    """Whether a model has a decoder whose queries read features by deformable attention."""
    return any(isinstance(module, DeformableAttention) for module in model.head.modules())


def inspect_queries(
    model: TopdownPoseEstimator, image: str | Path, boxes: np.ndarray | None = None, truths: np.ndarray | None = None
) -> Iterator[PersonQueries]:
    """Predict people in a picture and record what the queries did, in the pass that made the prediction.

    Args:
        model: A model of ``mmpose.apis.init_model`` for which ``reads_with_queries`` holds.
        image: The picture.
        boxes: (people, 4), left, top, right, bottom in pixels; None takes the whole picture.
        truths: (people, K, 3), annotated x, y in pixels and visibility, of each box.

    Yields:
        One for each box, in turn.

    Raises:
        InputError: If the picture cannot be read or the model has no such decoder.
    """
    if not reads_with_queries(model):
        raise InputError(f'{type(model.head).__name__}: has no queries that read features, which could be inspected')
    picture = read_picture(image)
    for i, item in enumerate(people_items(model, picture, boxes)):
        with _keep_output(model.head) as outputs, torch.no_grad(), record_attention(model) as records:
            test_cfg, model.test_cfg = model.test_cfg, {**model.test_cfg, 'flip_test': False}
            try:
                (sample,) = model.test_step(pseudo_collate([item]))
            finally:
                model.test_cfg = test_cfg
        decoder = range(len(model.head.layers))
        read = [records[f'head.layers.{layer}.cross_attn'][0] for layer in decoder]
        shared = [records[f'head.layers.{layer}.self_attn'][0] for layer in decoder]
        yield PersonQueries(
            points=_stack(entry['points'] for entry in read),
            weights=_stack(entry['weights'] for entry in read),
            attention=_stack(entry['weights'] for entry in shared),
            keypoints=outputs[0]['keypoints'][:, 0].float().cpu().numpy(),
            scores=sample.pred_instances.keypoint_scores[0],
            view=view_of(picture, sample.metainfo),
            truth=None if truths is None else _in_input(truths[i], sample.metainfo),
        )


def _in_input(truth: np.ndarray, info: dict) -> np.ndarray:
    """Annotated keypoints (K, 3) as fractions of the network's input, (K, 2)."""
    to_input = get_warp_matrix(info['input_center'], info['input_scale'], 0, tuple(info['input_size']))  # (2, 3)
    keypoints = (truth[:, :2] @ to_input[:, :2].T + to_input[:, 2]) / info['input_size']
    return np.where(truth[:, 2:] > 0, keypoints, np.nan)


@contextmanager
def _keep_output(head: nn.Module) -> Iterator[list[dict[str, torch.Tensor]]]:
    """Keep what a head's ``forward`` gives while it predicts: its ``predict`` calls it without PyTorch's hooks."""
    forward, outputs = head.forward, []

    def kept(feats: tuple[torch.Tensor, ...]) -> dict[str, torch.Tensor]:
        outputs.append(forward(feats))
        return outputs[-1]

    head.forward = kept
    try:
        yield outputs
    finally:
        del head.forward


def _stack(tensors: Iterable[torch.Tensor]) -> np.ndarray:
    """One person's tensors of all layers, (1, ...) each, as one array."""
    return torch.stack([tensor[0] for tensor in tensors]).float().cpu().numpy()
