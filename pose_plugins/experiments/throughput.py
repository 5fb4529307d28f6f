"""Measures people a second from a picture's file to keypoints, ways to run one model beside MMPose's inferencer."""

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from mmengine.structures import InstanceData
from mmpose.apis.inferencers import Pose2DInferencer
from mmpose.models import TopdownPoseEstimator
from mmpose.structures import PoseDataSample
from torch import nn
from tqdm import tqdm

from ..inference.estimator import FAST, PLAIN, Estimator, Speed
from ..inference.export import export_onnx
from ..inference.onnx_estimator import OnnxEstimator
from ..inference.pose_estimator import PoseEstimator
from ..inference.predict import predict
from ..utils.arguments import at_least
from ..utils.memory import keep_freed_memory, keep_usual_memory
from ..utils.tables import Rows
from .made_up_people import crowd
from .timing import synchronize

INFERENCER = "MMPose's inferencer"
Way = Callable[[], np.ndarray]  # keypoints (n, K, 2) of all people of the picture


@dataclass(frozen=True)
class Throughput:
    """The speed of one way to run a model.

    Attributes:
        way: What it is.
        milliseconds: From the picture's file to the keypoints of all its people, the median.
        network: Those of them within backbone, neck and head, decoding not counted; None where it is not known.
        difference: The largest distance of a keypoint to the inferencer's, in pixels of the picture; with the flip test
            left out, to the plain network without it.
    """

    way: str
    milliseconds: float
    network: float | None
    difference: float


def measure_throughput(
    model: TopdownPoseEstimator, people: int = 20, repeats: int = 9, onnx: bool = True
) -> list[Throughput]:
    """Measure ways to run a model on a picture with drawn people.

    Each way runs once to warm up, then the ways take turns, so that what else the machine does meets all alike. The process
    keeps freed memory as the tools do, but for the inferencer, and goes on to.

    Args:
        model: As ``load_model`` gives it.
        people: How many boxes the picture has, at least 1.
        repeats: How often each way is measured.
        onnx: Whether an exported file is among the ways.

    Returns:
        A row a way, the inferencer first.

    Raises:
        InputError: If an argument is out of range, or the model cannot be run or exported.
    """
    at_least(1, people=people, repeats=repeats)
    picture, boxes = crowd(people)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'people.jpg'
        cv2.imwrite(str(path), picture)
        plain, fast = Estimator(model, PLAIN), Estimator(model, FAST)
        single, half = Estimator(model, Speed(flip=False)), Estimator(model, Speed(flip=False, bfloat16=True))
        estimators: dict[str, PoseEstimator] = {
            'plain network': plain,
            'default': fast,
            'without flip test': single,
            'without flip test, bfloat16': half,
        }
        for name, flip in (('onnxruntime', True), ('without flip test, onnxruntime', False)) if onnx else ():
            export_onnx(model, Path(folder) / f'{flip}.onnx', flip=flip)
            estimators[name] = OnnxEstimator(Path(folder) / f'{flip}.onnx')
        unflipped = _ours(Estimator(model, replace(PLAIN, flip=False)), path, boxes, people)()
        ways: dict[str, Way] = {INFERENCER: _inferencer(model, path, boxes)}
        ways |= {name: _ours(estimator, path, boxes, people) for name, estimator in estimators.items()}
        watches = {name: Stopwatch(each.network) for name, each in estimators.items() if isinstance(each, Estimator)}
        found = {}
        for name, way in ways.items():
            _set_memory(name)
            found[name] = way()
        times: dict[str, list[float]] = {name: [] for name in ways}
        within: dict[str, list[float]] = {name: [] for name in ways}
        for _ in tqdm(range(repeats), unit='round', disable=None, leave=False):
            for name, way in ways.items():
                if name in watches:
                    watches[name].seconds = 0.0
                _set_memory(name)
                start = time.perf_counter()
                way()
                times[name].append(time.perf_counter() - start)
                if name in watches:
                    within[name].append(watches[name].seconds)
    return [
        Throughput(
            name,
            1000 * statistics.median(times[name]),
            1000 * statistics.median(within[name]) if within[name] else None,
            _distance(found[name], unflipped if 'without flip' in name else found[INFERENCER]),
        )
        for name in ways
    ]


def throughput_table(rows: list[Throughput], people: int) -> Rows:
    """A heading and a row a way; ``people`` is how many the picture has."""
    heading = ['way', 'people/s', 'ratio', 'all but the network / network', 'largest difference, pixels']
    table = [heading]
    for row in rows:
        rest = '' if row.network is None else f'{(row.milliseconds - row.network) / row.network:.2f}'
        ratio = f'{rows[0].milliseconds / row.milliseconds:.2f}'
        table.append([row.way, f'{1000 * people / row.milliseconds:.1f}', ratio, rest, f'{row.difference:.4f}'])
    return table


def _set_memory(way: str) -> None:
    """Let the process keep what it would if this were all that it did."""
    keep_usual_memory() if way == INFERENCER else keep_freed_memory()


class Stopwatch:
    """Adds up the time within backbone, neck and head of a network.

    Attributes:
        seconds: Since it was set to 0.

    Args:
        network: Its parts are watched from now on.
    """

    def __init__(self, network: nn.Module) -> None:
        self.seconds, self._device = 0.0, next(network.parameters()).device
        for name in ('backbone', 'neck', 'head'):
            part = getattr(network, name, None)
            if part is not None:
                part.forward = self._watched(part.forward)

    def _watched(self, forward: Callable) -> Callable:
        def watched(*args, **kwargs):
            synchronize(self._device)
            start = time.perf_counter()
            result = forward(*args, **kwargs)
            synchronize(self._device)
            self.seconds += time.perf_counter() - start
            return result

        return watched


def _ours(estimator: PoseEstimator, path: Path, boxes: np.ndarray, batch: int) -> Way:
    """Through the package's own pipeline."""
    return lambda: next(predict(path, estimator, boxes, batch=batch)).keypoints


def _inferencer(model: TopdownPoseEstimator, path: Path, boxes: np.ndarray) -> Way:
    """Through MMPose's inferencer, whose detector gives the boxes: it takes none from its user (mmpose #3233)."""
    inferencer = Pose2DInferencer(model.cfg, device=str(next(model.parameters()).device), det_model='whole_image')
    inferencer.model = model
    sample = PoseDataSample(pred_instances=InstanceData())
    sample.pred_instances.bboxes = boxes
    sample.pred_instances.scores = np.linspace(1, 0.9, len(boxes), dtype=np.float32)  # its NMS sorts by them
    sample.pred_instances.labels = np.zeros(len(boxes), int)
    inferencer.detector = lambda picture, return_datasamples: dict(predictions=[sample])
    inferencer.det_cat_ids = (0,)

    def way() -> np.ndarray:
        result = next(inferencer(str(path), bbox_thr=0.0, nms_thr=1.0, return_datasamples=True))
        people = [each.pred_instances for each in result['predictions']]
        return np.concatenate([person.keypoints for person in people])

    return way


def _distance(found: np.ndarray, other: np.ndarray) -> float:
    return float(np.linalg.norm(np.asarray(found) - np.asarray(other), axis=-1).max())
