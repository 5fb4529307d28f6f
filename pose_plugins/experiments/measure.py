"""Measures a trained model on its test data: accuracy, size, speed, and a sheet of predictions."""

import statistics
import time
from collections.abc import Callable, Sequence
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.analysis import get_model_complexity_info
from mmengine.evaluator import Evaluator
from mmengine.runner import Runner
from mmpose.apis import init_model
from mmpose.models import TopdownPoseEstimator
from mmpose.registry import EVALUATORS
from mmpose.structures import PoseDataSample
from tqdm import tqdm

from ..evaluation.predictions import check_finite
from ..evaluation.truth import has_truth
from ..inference.draw import draw_sheet
from ..models.layers import record_attention
from .runs import Measurements, Run
from .tested import Tested, look_at_people

# what is measured beside the evaluators' metrics
COSTS = (
    'parameters (millions)',
    'GFLOPs',  # 10^9 multiply-adds for one person, without flip test
    'training minutes',
    'training people/s',
    'inference people/s',
    'people tested',
)


def measure(run: Run, seen: Callable[[Sequence[PoseDataSample]], Any] = lambda samples: None) -> Measurements:
    """Test a run's last checkpoint as ``tools/test.py`` does, and measure it on the way.

    Args:
        run: A run that has been trained.
        seen: Called with the predictions of each batch.

    Returns:
        The numbers that the config's evaluators give, by their names, and ``COSTS``. People a second of inference go through
        network and decoding as the config tests them, flip test included; training time holds the loading of data and not
        validation.

    Raises:
        DivergedError: If a prediction is not finite.
    """
    model, loader = _model_and_data(run)
    evaluator = _build_evaluator(run.config.test_evaluator)
    evaluator.dataset_meta = loader.dataset.metainfo
    speeds, people = [], 0
    for batch in tqdm(loader, desc='evaluating', unit='batch', leave=False):
        start = time.perf_counter()
        with torch.no_grad():
            predictions = model.test_step(batch)
        speeds.append(len(predictions) / (time.perf_counter() - start))
        check_finite(predictions)
        seen(predictions)
        evaluator.process(predictions, batch)
        people += len(predictions)
    height, width = batch['inputs'][0].shape[-2:]
    costs = {
        'parameters (millions)': sum(p.numel() for p in model.parameters()) / 1e6,
        'GFLOPs': multiply_adds(model, (3, height, width)) / 1e9,
        'training minutes': run.log.seconds[-1] / 60,
        'training people/s': people_per_second(run),
        'inference people/s': statistics.median(speeds),
        'people tested': people,
    }
    metrics = evaluator.evaluate(len(loader.dataset))
    numbers = {name: float(value) for name, value in metrics.items() if _is_number(value)}
    return {**numbers, **{name: float(costs[name]) for name in COSTS}}


def measure_people(run: Run) -> Measurements:
    """The same as ``measure``, person by person as well: written into the run's folder, where ``Tested.read`` finds it.

    Where nobody has a truth, as in boxes of a detector, nobody is written.

    Of a test with other settings only the figures are kept.
    """
    if run.retest:
        return measure(run)
    samples: list[PoseDataSample] = []
    measured = measure(run, samples.extend)
    known = any(has_truth(sample.get('gt_instances', {})) for sample in samples)  # not of a detector's boxes
    (look_at_people(samples, described(run)) if known else Tested('', [], [])).write(run.folder)
    return measured


def people_per_second(run: Run) -> float:
    """How fast a training was, all its processes together, loading of data included and validation not."""
    return run.log.iteration * run.samples_per_iteration / run.log.seconds[-1]


def draw_predictions(run: Run, path: Path, pictures: int = 8) -> None:
    """Draw a run's predictions beside the truth.

    Args:
        run: A run that has been trained.
        path: The JPEG to write.
        pictures: How many of the test data's, from the first.
    """
    model, loader = _model_and_data(run)
    samples: list[PoseDataSample] = []
    for batch in loader:
        with torch.no_grad():
            samples += model.test_step(batch)
        if len({sample.img_path for sample in samples}) > pictures:
            break
    draw_sheet(samples, loader.dataset.metainfo, path, pictures)


def described(run: Run) -> dict[str, Any]:
    """The description of a run's test data: names, links and colours of its keypoints."""
    return _data(run).dataset.metainfo


def _is_number(value: Any) -> bool:
    """Evaluators may give lists and texts as well."""
    return isinstance(value, Real) or isinstance(value, (np.ndarray, torch.Tensor)) and value.ndim == 0


def _model_and_data(run: Run) -> tuple[TopdownPoseEstimator, Any]:
    """The trained model, and the loader of its test data."""
    device = 'cuda:0' if torch.cuda.is_available() else 'cpu'
    model = init_model(run.config, run.checkpoint, device=device).to(memory_format=torch.channels_last)
    return model, _data(run)


def _data(run: Run) -> Any:
    """The loader of a run's test data."""
    return Runner.build_dataloader(run.config.test_dataloader, seed=0)


def _build_evaluator(cfg: dict | list) -> Evaluator:
    """As mmengine's runner does."""
    if isinstance(cfg, dict) and 'metrics' in cfg:
        return EVALUATORS.build(cfg)
    return Evaluator(cfg)


def multiply_adds(model: TopdownPoseEstimator, shape: tuple[int, int, int]) -> float:
    """Multiply-adds of a model for one input (channels, height, width), as MMPose's ``get_flops.py`` counts them."""
    model.forward = model._forward  # without data samples
    try:
        with record_attention(model):  # mmengine cannot count what is in a fused kernel
            return get_model_complexity_info(model, shape, show_table=False, show_arch=False)['flops']
    finally:
        del model.forward
