"""Runs an exported model with onnxruntime."""

from pathlib import Path

import numpy as np

from ..utils.errors import InputError
from .onnx_metadata import OnnxMetadata


class OnnxPose:
    """An exported model: ``keypoints, scores = OnnxPose(path)(crops)``.

    Attributes:
        metadata: What the file tells of itself.

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
        self.metadata = OnnxMetadata.from_texts(self._session.get_modelmeta().custom_metadata_map, path)

    def __call__(self, crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Predict.

        Args:
            crops: (N, H, W, 3), RGB, 0 to 255, of the metadata's ``input_size``; N at least 1.

        Returns:
            (N, K, 2), x and y in pixels of the crop; (N, K), scores.

        Raises:
            InputError: If the crops have another shape.
        """
        width, height = self.metadata.input_size
        if crops.ndim != 4 or not len(crops) or crops.shape[1:] != (height, width, 3):
            raise InputError(f'crops: of shape {crops.shape}, must be (N, {height}, {width}, 3), RGB')
        pictures = np.ascontiguousarray(crops.transpose(0, 3, 1, 2), np.float32)  # (N, 3, H, W)
        keypoints, scores = self._session.run(['keypoints', 'scores'], dict(crops=pictures))
        return keypoints, scores
