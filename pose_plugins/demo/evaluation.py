"""One trained model on the held-out people: its accuracy, size, speed and predictions."""

import statistics
import time

import torch
from mmengine.analysis import get_model_complexity_info
from mmengine.evaluator import Evaluator
from mmengine.runner import Runner
from mmpose.apis import init_model
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
        error of the keypoints with the lowest fifth of scores, divided by that of the highest), ``parameters``, ``gflops``
        (10^9 multiply-adds for one person, no flip test), ``inference_images_per_second`` (people a second through network
        and decoding as the config tests them, flip test included), ``held_out_people``; the predictions; and the data set's
        meta information.
    """
    model = init_model(cfg, str(checkpoint), device='cpu').to(memory_format=torch.channels_last)
    loader = Runner.build_dataloader(cfg.test_dataloader, seed=0)
    evaluators = cfg.test_evaluator if isinstance(cfg.test_evaluator, list) else [cfg.test_evaluator]
    if not any(evaluator.type == 'ScoreRankMetric' for evaluator in evaluators):
        evaluators = [*evaluators, dict(type='ScoreRankMetric')]
    evaluator = Evaluator(evaluators)
    evaluator.dataset_meta = loader.dataset.metainfo
    speeds, samples = [], []
    for batch in tqdm(loader, desc='evaluating', unit='batch', leave=False):
        start = time.perf_counter()
        with torch.no_grad():
            predictions = model.test_step(batch)
        speeds.append(len(predictions) / (time.perf_counter() - start))
        evaluator.process(predictions, batch)
        samples += predictions
    metrics = evaluator.evaluate(len(loader.dataset))
    complexity = _complexity(model, cfg.codec.input_size)
    row = {name: float(metrics[key]) for name, key in METRICS.items()}
    row.update(
        parameters=sum(p.numel() for p in model.parameters()),
        gflops=complexity['flops'] / 1e9,
        inference_images_per_second=statistics.median(speeds),
        held_out_people=len(samples),
    )
    return row, samples, loader.dataset.metainfo


def _complexity(model, input_size):
    """mmengine's count of a model for one input, as MMPose's ``get_flops.py`` takes it."""
    width, height = input_size
    model.forward = model._forward  # without data samples
    try:
        with record_attention(model):  # mmengine cannot count what is in a fused kernel
            return get_model_complexity_info(model, (3, height, width), show_table=False, show_arch=False)
    finally:
        del model.forward
