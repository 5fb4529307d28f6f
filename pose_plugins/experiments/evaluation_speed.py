"""Measures how long COCO's evaluation takes by MMPose's metric and by the quick one, on made-up results of COCO's size."""

import contextlib
import io
import json
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.structures import InstanceData
from mmpose.registry import METRICS
from tqdm import tqdm

from ..datasets.meta import dataset_meta
from ..utils.arguments import at_least
from ..utils.tables import Rows

PICTURES, DETECTIONS = 5000, 104_000  # val2017, and about what its published person detector finds there
SIZE = np.array([640, 480])
NAMES = 'CocoMetric', 'QuickCocoMetric'
KEYPOINTS = 17
BATCH = 64


@dataclass(frozen=True)
class EvaluationTime:
    """How long a metric took.

    Attributes:
        name: The metric's.
        processing: Seconds in which it took the predictions of all batches, the median.
        evaluating: Seconds from there to the figures.
    """

    name: str
    processing: float
    evaluating: float


def measure_evaluation(
    pictures: int = PICTURES, detections: int = DETECTIONS, repeats: int = 3
) -> list[EvaluationTime]:
    """Let both metrics, in turns, evaluate the same results.

    Args:
        pictures: How many pictures there are, with 1.2 people each on average.
        detections: How many predictions.
        repeats: How often each is measured.

    Returns:
        A row each, MMPose's first.

    Raises:
        InputError: If a number is not positive.
        RuntimeError: If their figures differ in any digit.
    """
    at_least(1, pictures=pictures, detections=detections, repeats=repeats)
    truth, samples = made_up_results(pictures, detections)
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in NAMES}
    figures = {}
    with tempfile.TemporaryDirectory() as folder, tqdm(total=repeats * len(NAMES), unit='run', leave=False) as bar:
        path = Path(folder) / 'truth.json'
        path.write_text(json.dumps(truth))
        for _ in range(repeats):
            for name in NAMES:
                bar.set_description(name)
                with contextlib.redirect_stdout(io.StringIO()):  # xtcocotools prints its tables
                    metric = METRICS.build(dict(type=name, ann_file=str(path)))
                    metric.dataset_meta = dataset_meta('coco')
                    start = time.perf_counter()
                    for first in range(0, len(samples), BATCH):
                        metric.process({}, samples[first : first + BATCH])
                    processed = time.perf_counter()
                    figures[name] = metric.evaluate(len(samples))
                seconds[name].append((processed - start, time.perf_counter() - processed))
                bar.update()
    if figures[NAMES[0]] != figures[NAMES[1]]:
        raise RuntimeError(f'{" and ".join(NAMES)} differ: {figures}')
    return [
        EvaluationTime(name, *(statistics.median(times) for times in zip(*taken))) for name, taken in seconds.items()
    ]


def evaluation_table(rows: list[EvaluationTime]) -> Rows:
    """The measurements as a table, with ratios to the first."""
    first = rows[0]
    table = [['metric', 'taking predictions', 'evaluating', 'times as fast']]
    for row in rows:
        ratio = (first.processing + first.evaluating) / (row.processing + row.evaluating)
        table.append([row.name, f'{row.processing:.2f} s', f'{row.evaluating:.2f} s', f'{ratio:.2f}'])
    return table


def made_up_results(pictures: int, detections: int, seed: int = 0) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Annotations in COCO's format, and predictions as metrics get them: half are near a person, half are anywhere."""
    draw = np.random.default_rng(seed)
    annotations: list[dict[str, Any]] = []
    people: dict[int, list[tuple[np.ndarray, np.ndarray]]] = {}
    for picture, count in enumerate(draw.geometric(0.45, pictures) * (draw.random(pictures) < 0.54), 1):
        for _ in range(count):
            points, box = _somebody(draw)
            visible = draw.choice([0, 1, 2], KEYPOINTS, p=[0.3, 0.1, 0.6]) * (draw.random() > 0.3)
            values = np.concatenate([points * (visible > 0)[:, None], visible[:, None]], 1)
            annotations.append(
                dict(
                    id=len(annotations) + 1,
                    image_id=picture,
                    category_id=1,
                    iscrowd=int(draw.random() < 0.01),
                    area=float(box[2:].prod() * 0.6),
                    bbox=box.tolist(),
                    num_keypoints=int((visible > 0).sum()),
                    keypoints=values.round(2).ravel().tolist(),
                )
            )
            people.setdefault(picture, []).append((points, box))
    samples = []
    for number, picture in enumerate(draw.integers(1, pictures + 1, detections).tolist()):
        points, box = _somebody(draw)
        score = draw.uniform(0, 0.5)
        if picture in people and draw.random() < 0.5:
            points, box = people[picture][draw.integers(len(people[picture]))]
            points, score = points + draw.normal(0, 0.05, points.shape) * box[2:], draw.uniform(0.3, 1)
        samples.append(_sample(number, picture, points, box, score, draw.random(KEYPOINTS)))
    images = [dict(id=i, file_name=f'{i}.jpg', width=640, height=480) for i in range(1, pictures + 1)]
    return dict(images=images, annotations=annotations, categories=[dict(id=1, name='person')]), samples


def _somebody(draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Keypoints (K, 2) and their box: left, top, width, height."""
    center, size = draw.uniform(0, SIZE), np.exp(draw.uniform(np.log(30), np.log(400), 2))
    return center + (draw.random((KEYPOINTS, 2)) - 0.5) * size, np.concatenate([center - size / 2, size])


def _sample(
    number: int, picture: int, points: np.ndarray, box: np.ndarray, score: float, scores: np.ndarray
) -> dict[str, Any]:
    """A prediction as a metric gets it."""
    predicted = InstanceData(keypoints=points[None].astype(np.float32), keypoint_scores=scores[None].astype(np.float32))
    given = InstanceData(
        bbox_scores=np.array([score], np.float32), bbox_scales=(box[None, 2:] * 1.25).astype(np.float32)
    )
    return dict(id=number, img_id=picture, category_id=1, pred_instances=predicted, gt_instances=given)
