"""Runs an exported model with onnxruntime."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from ..utils.errors import InputError


class OnnxPose:
    """An exported model: ``keypoints, scores = OnnxPose(path)(crops)``.

    Attributes:
        input_size: Width and height of a crop in pixels.
        keypoint_names: Names of the K keypoints in their order.
        flip: Whether the file makes a flip test.

    Args:
        path: A file of ``export_onnx``.
        providers: Where it runs, as onnxruntime names them, the first that there is.

    Raises:
        InputError: If onnxruntime is missing, or this is no such file.
    """

    def __init__(self, path: str | Path, providers: tuple[str, ...] = ('CPUExecutionProvider',)) -> None:
        try:
            import onnxruntime
        except ModuleNotFoundError:
            raise InputError('onnxruntime is not installed: pip install onnxruntime') from None
        if not Path(path).is_file():
            raise InputError(f'{path}: no such file')
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=list(providers))
        except Exception as error:  # onnxruntime's errors have no common class of their own
            raise InputError(f'{path}: onnxruntime cannot read it: {str(error).splitlines()[0]}') from None
        metadata = self._session.get_modelmeta().custom_metadata_map
        self.input_size, self.keypoint_names, self.flip = FORMAT.read(metadata, path)

    def __call__(self, crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Predict.

        Args:
            crops: (N, H, W, 3), RGB, 0 to 255, of ``input_size``; N at least 1.

        Returns:
            (N, K, 2), x and y in pixels of the crop; (N, K), scores.

        Raises:
            InputError: If the crops have another shape.
        """
        width, height = self.input_size
        if crops.ndim != 4 or not len(crops) or crops.shape[1:] != (height, width, 3):
            raise InputError(f'crops: of shape {crops.shape}, must be (N, {height}, {width}, 3), RGB')
        pictures = np.ascontiguousarray(crops.transpose(0, 3, 1, 2), np.float32)  # (N, 3, H, W)
        keypoints, scores = self._session.run(['keypoints', 'scores'], dict(crops=pictures))
        return keypoints, scores


class FORMAT:
    """The metadata of an exported file, texts by name."""

    NAME = 'pose_plugins crops'  # what marks a file as one of ours

    @classmethod
    def write(cls, input_size: tuple[int, int], keypoint_names: list[str], flip: bool) -> dict[str, str]:
        """As texts; arguments as the attributes of ``OnnxPose``."""
        return dict(
            format=cls.NAME,
            input_size=json.dumps(input_size),
            keypoint_names=json.dumps(keypoint_names),
            flip=json.dumps(flip),
        )

    @classmethod
    def read(cls, metadata: dict[str, Any], path: str | Path) -> tuple[tuple[int, int], list[str], bool]:
        """Of texts what ``write`` was given.

        Raises:
            InputError: If the file was not exported here.
        """
        if metadata.get('format') != cls.NAME:
            raise InputError(f'{path}: has no metadata of pose_plugins: must be a file of tools/export_onnx.py')
        try:
            width, height = json.loads(metadata['input_size'])
            return (int(width), int(height)), json.loads(metadata['keypoint_names']), json.loads(metadata['flip'])
        except (KeyError, TypeError, ValueError):
            raise InputError(f'{path}: its metadata are broken; export it again') from None
