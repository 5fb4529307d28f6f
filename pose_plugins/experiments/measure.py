"""One trained model on the held-out people: its accuracy, size, speed and predictions."""

import statistics
import time

import torch
from mmengine.analysis import get_model_complexity_info
from mmengine.evaluator import Evaluator
from mmengine.runner import Runner
from mmpose.apis import init_model
from mmpose.registry import EVALUATORS
from tqdm import tqdm

from ..models.layers import record_attention

METRICS = {
    'AP': 'coco/AP',
    'AP50': 'coco/AP .5',
    'AP75': 'coco/AP .75',
    'AR': 'coco/AR',
    'error_ratio': 'score_rank/ratio',
}


def evaluate(cfg, checkpoint):
    """Test a checkpoint as ``tools/test.py`` does, and measure it on the way.

    Args:
        cfg (Config): The model's config, with the data that it is tested on.
        checkpoint (Path): Its weights.

    Returns:
        tuple[dict, list[PoseDataSample], dict]: ``AP``, ``AP50``, ``AP75``, ``AR`` (fractions), ``error_ratio`` (mean
        error of the keypoints with the lowest fifth of scores, divided by that of the highest; not where an evaluator of
        several data sets lacks it), ``metrics`` (all that the evaluators give, by their names), ``parameters``, ``gflops``
        (10^9 multiply-adds for one person, no flip test), ``inference_images_per_second`` (people a second through network
        and decoding as the config tests them, flip test included), ``held_out_people``; the predictions; and the data set's
        meta information.
    """
    model = init_model(cfg, str(checkpoint), device='cpu').to(memory_format=torch.channels_last)
    loader = Runner.build_dataloader(cfg.test_dataloader, seed=0)
    evaluator = _build_evaluator(cfg.test_evaluator)
    evaluator.dataset_meta = loader.dataset.metainfo
    speeds, samples = [], []
    for batch in tqdm(loader, desc='evaluating', unit='batch', leave=False):
        start = time.perf_counter()
        with torch.no_grad():
            predictions = model.test_step(batch)
        speeds.append(len(predictions) / (time.perf_counter() - start))
        evaluator.process(predictions, batch)
        samples += predictions
    metrics = {name: float(value) for name, value in evaluator.evaluate(len(loader.dataset)).items()}
    complexity = _complexity(model, cfg.codec.input_size)
    row = {name: metrics[key] for name, key in METRICS.items() if key in metrics}
    row.update(
        metrics=metrics,
        parameters=sum(p.numel() for p in model.parameters()),
        gflops=complexity['flops'] / 1e9,
        inference_images_per_second=statistics.median(speeds),
        held_out_people=len(samples),
    )
    return row, samples, loader.dataset.metainfo


def _build_evaluator(cfg):
    """As mmengine's runner does, with the rank metric beside the config's own."""
    if isinstance(cfg, dict) and 'metrics' in cfg:
        return EVALUATORS.build(cfg)
    metrics = cfg if isinstance(cfg, list) else [cfg]
    if not any(metric.type == 'ScoreRankMetric' for metric in metrics):
        metrics = [*metrics, dict(type='ScoreRankMetric')]
    return Evaluator(metrics)


def _complexity(model, input_size):
    """mmengine's count of a model for one input, as MMPose's ``get_flops.py`` takes it."""
    width, height = input_size
    model.forward = model._forward  # without data samples
    try:
        with record_attention(model):  # mmengine cannot count what is in a fused kernel
            return get_model_complexity_info(model, (3, height, width), show_table=False, show_arch=False)
    finally:
        del model.forward
