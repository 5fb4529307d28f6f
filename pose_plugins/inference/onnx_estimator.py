"""Estimates poses by an exported file: people are cropped as the file says, no model is built."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.dataset import Compose
from mmpose.datasets.transforms import GetBBoxCenterScale, PackPoseInputs, TopdownAffine

from .media import Frame
from .onnx_model import OnnxPose
from .pose_estimator import Poses, crop_person, poses_in_pictures


class OnnxEstimator:
    """A ``PoseEstimator`` of an exported file.

    Args:
        path: A file of ``export_onnx``.

    Raises:
        InputError: If onnxruntime is missing, or this is no such file.
    """

    def __init__(self, path: str | Path) -> None:
        self._file = OnnxPose(path)
        metadata = self._file.metadata
        self.names, self.dataset_meta = metadata.keypoint_names, metadata.dataset_meta
        self._pipeline = Compose(
            [
                GetBBoxCenterScale(metadata.padding),
                TopdownAffine(metadata.input_size, metadata.use_udp),
                PackPoseInputs(),
            ]
        )

    def crop(self, frame: Frame, box: np.ndarray) -> dict[str, Any]:
        """As in ``PoseEstimator``."""
        return crop_person(self._pipeline, frame, box, self.dataset_meta)

    def __call__(self, people: Sequence[dict[str, Any]]) -> Poses:
        """As in ``PoseEstimator``."""
        crops = np.stack([person['inputs'].numpy()[::-1] for person in people])  # (n, 3, h, w), RGB
        keypoints, scores = self._file(crops.transpose(0, 2, 3, 1))  # (n, K, 2) in pixels of the crops, (n, K)
        return poses_in_pictures(people, keypoints, scores, self._file.metadata.input_size)
