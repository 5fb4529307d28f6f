"""The face of whatever runs a top-down model: it crops people as the config says and estimates a batch of them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from mmpose.models import TopdownPoseEstimator

from ..evaluation.predictions import check_finite
from ..utils.errors import InputError
from .media import Frame


class Poses(NamedTuple):
    """The poses of a batch of people.

    Attributes:
        keypoints: In pixels of their pictures, (n, K, 2), float32.
        scores: (n, K), float32.
        features: How people look, (n, C), float32; None where nobody asked.
    """

    keypoints: np.ndarray
    scores: np.ndarray
    features: np.ndarray | None = None


class PoseEstimator(Protocol):
    """Estimates the poses of people.

    Attributes:
        names: Of the K keypoints in their order.
        dataset_meta: What is known of them, as MMPose names it.
    """

    names: tuple[str, ...]
    dataset_meta: dict[str, Any]

    def crop(self, frame: Frame, box: np.ndarray) -> dict[str, Any]:
        """Crop a person as the config's test pipeline does.

        Args:
            frame: The picture.
            box: Left, top, right and bottom in pixels, (4,).

        Returns:
            ``inputs`` and ``data_samples``.
        """
        ...

    def __call__(self, people: Sequence[dict[str, Any]]) -> Poses:
        """Estimate the poses of a batch of people.

        Args:
            people: As ``crop`` gives them, n of them.

        Returns:
            Their poses.

        Raises:
            DivergedError: If a prediction is not finite.
        """
        ...


def test_pipeline(model: TopdownPoseEstimator) -> list[dict[str, Any]]:
    """The transforms by which a model's config crops people.

    Args:
        model: As ``load_model`` gives it.

    Raises:
        InputError: If its config has none.
    """
    try:
        return model.cfg.test_dataloader.dataset.pipeline
    except AttributeError:
        raise InputError("the model's config has no test_dataloader.dataset.pipeline, which crops people") from None


def names_of(meta: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the keypoints of a ``dataset_meta`` in their order."""
    return tuple(meta['keypoint_id2name'][index] for index in range(len(meta['keypoint_id2name'])))


def crop_person(pipeline: Any, frame: Frame, box: np.ndarray, meta: Mapping[str, Any]) -> dict[str, Any]:
    """Crop a person; arguments as of ``PoseEstimator.crop``, with the built ``pipeline`` and the ``dataset_meta``."""
    known = dict(img=frame.picture, img_path=frame.source, bbox=box[None], bbox_score=np.ones(1, np.float32))
    return pipeline({**known, **meta})


def poses_in_pictures(
    people: Sequence[dict[str, Any]], keypoints: np.ndarray, scores: np.ndarray, input_size: tuple[int, int]
) -> Poses:
    """Take keypoints from crops back to the pictures that these were cut from, as MMPose does.

    Args:
        people: As ``PoseEstimator.crop`` gives them, n of them.
        keypoints: In pixels of the crops, (n, K, 2).
        scores: (n, K).
        input_size: Width and height of a crop.

    Returns:
        Their poses.

    Raises:
        DivergedError: If a prediction is not finite.
    """
    samples = [person['data_samples'] for person in people]
    check_finite(
        dict(img_path=sample.img_path, pred_instances=dict(keypoints=points, keypoint_scores=heights))
        for sample, points, heights in zip(samples, keypoints, scores)
    )
    scale = np.stack([sample.input_scale for sample in samples])[:, None]  # (n, 1, 2), of the box in the picture
    centre = np.stack([sample.input_center for sample in samples])[:, None]
    size = np.array(input_size, np.float32)
    return Poses((keypoints / size * scale + centre - 0.5 * scale).astype(np.float32), scores)
