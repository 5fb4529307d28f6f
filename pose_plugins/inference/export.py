"""Writes a model as an ONNX file that takes crops and gives keypoints and scores."""

import io
import logging
import warnings
from contextlib import redirect_stdout
from importlib.util import find_spec
from inspect import signature
from pathlib import Path

import numpy as np
import torch
from mmpose.models import TopdownPoseEstimator
from mmpose.structures import PoseDataSample

from ..models.layers import sample_copies, sampled_by
from ..synthetic.scene import render_scene
from ..utils.arguments import at_least, at_most
from ..utils.destinations import check_file
from ..utils.errors import InputError
from ..utils.files import whole_file
from .deployed import Deployed
from .onnx_metadata import OnnxMetadata
from .onnx_model import OnnxPose

OPSETS = (18, 20)  # the first and the last that may be asked for
TOLERANCE = 1e-3  # pixels of the crop; the same of scores
BATCHES = (8, 12) * 5  # a hundred crops


def export_onnx(model: TopdownPoseEstimator, path: str | Path, opset: int = OPSETS[0], flip: bool = False) -> None:
    """Write a model as an ONNX file: input ``crops``, outputs ``keypoints`` and ``scores``, as ``Deployed``'s.

    Any number of crops may be given at a time. Metadata of the file: ``OnnxMetadata``.

    Args:
        model: With its weights, on any device.
        path: The file, which ends in .onnx.
        opset: Version of ONNX's operators, from 18 to 20.
        flip: As in ``Deployed``.

    Raises:
        InputError: If an argument or the model is not as it must be, onnx or onnxscript is missing, torch is too old, or the
            file cannot be written.
    """
    check_export(path, opset)
    metadata = OnnxMetadata.of_model(model, flip)
    deployed = Deployed(model, flip)
    width, height = metadata.input_size
    crops = torch.rand(2, 3, height, width, device=deployed.mean.device) * 255
    batch = torch.export.Dim('batch', min=1)
    # embedding_bag, which is faster, becomes a loop in ONNX that runtimes refuse
    with torch.no_grad(), sampled_by(model, sample_copies), _quiet():
        program = torch.onnx.export(
            deployed,
            (crops,),
            input_names=['crops'],
            output_names=['keypoints', 'scores'],
            dynamic_shapes=dict(crops={0: batch}),
            opset_version=opset,
            dynamo=True,
            verbose=False,
        )
    assert program is not None  # of dynamo
    program.model.metadata_props.update(metadata.to_texts())
    with whole_file(path) as partial:
        program.save(str(partial), external_data=False)


def check_export(path: str | Path, opset: int) -> None:
    """Refuse what cannot be exported to, before a model is built; arguments and errors as in ``export_onnx``."""
    check_file(path, suffixes=['.onnx'])
    at_least(OPSETS[0], opset=opset)
    at_most(OPSETS[1], opset=opset)
    missing = [name for name in ('onnx', 'onnxscript') if find_spec(name) is None]
    if missing:
        raise InputError(f'{missing[0]} is not installed: pip install onnx onnxscript onnxruntime')
    if not hasattr(torch.export, 'Dim') or 'dynamic_shapes' not in signature(torch.onnx.export).parameters:
        raise InputError(
            f'torch {torch.__version__}: is too old to export; take a newer one, such as the 2.12 of `make env`'
        )


def differences(model: TopdownPoseEstimator, path: str | Path, flip: bool = False) -> tuple[float, float]:
    """The largest differences between an exported file and the model itself, with the head's own decoding.

    Args:
        model: As it was exported.
        path: The file.
        flip: As it was exported.

    Returns:
        Of coordinates, in pixels of the crop; of scores. Over a hundred drawn people, in batches of two sizes: on noise DARK
        makes of differences in the last digit steps of any size, and tells nothing.

    Raises:
        InputError: If onnxruntime is missing, or the file cannot be read.
    """
    exported, deployed = OnnxPose(path), Deployed(model, flip)
    width, height = deployed.input_size
    generator = np.random.default_rng(0)
    largest = np.zeros(2)
    for batch in BATCHES:
        people = [render_scene(generator, (width, height), 1).image for _ in range(batch)]
        crops = np.stack(people)[..., ::-1].copy()  # RGB
        expected = predict(deployed, crops)
        largest = np.maximum(largest, [np.abs(a - b).max() for a, b in zip(exported(crops), expected)])
    return float(largest[0]), float(largest[1])


def predict(deployed: Deployed, crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The prediction of the head itself, decoded by its codec in NumPy.

    Args:
        deployed: A model.
        crops: (N, H, W, 3), RGB, 0 to 255.

    Returns:
        As ``OnnxPose``: (N, K, 2), pixels of the crop; (N, K), scores.
    """
    pictures = torch.from_numpy(crops).to(deployed.mean).permute(0, 3, 1, 2)
    with torch.no_grad():
        samples = [PoseDataSample(metainfo=deployed.metainfo) for _ in crops]
        cfg = {**deployed.test_cfg, 'output_heatmaps': False}
        people = deployed.model.head.predict(deployed.features(pictures), samples, test_cfg=cfg)
    return np.concatenate([of.keypoints for of in people]), np.concatenate([of.keypoint_scores for of in people])


class _quiet(redirect_stdout):
    """Keep the exporter's remarks on its own steps from the screen."""

    def __init__(self) -> None:
        super().__init__(io.StringIO())

    def __enter__(self) -> io.StringIO:
        self._level = logging.root.manager.disable
        logging.disable(logging.WARNING)
        self._warnings = warnings.catch_warnings()
        self._warnings.__enter__()
        warnings.simplefilter('ignore')
        return super().__enter__()

    def __exit__(self, *error) -> None:
        super().__exit__(*error)
        self._warnings.__exit__(*error)
        logging.disable(self._level)
