"""Measures what the claims of AlphaPose (section 3.2) come to: evenness, and confidences free of a part's size."""

import numpy as np
import torch
from mmengine.evaluator import Evaluator
from mmengine.runner import Runner
from mmengine.structures import InstanceData
from mmpose.apis import init_model
from mmpose.structures import PoseDataSample
from scipy.stats import spearmanr
from tqdm import tqdm

from ..utils.errors import InputError
from .runs import Measurements, Run

# where a keypoint's confidence may come from: nowhere, the sigmoid's maximum, the softmax's maximum
CONFIDENCES = ('none', 'sigmoid', 'softmax')
THIRDS = ('left', 'middle', 'right')


def measure_integrals(run: Run) -> Measurements:
    """Measure a model with a ``SIKRHead`` on its test data, without flip test.

    Args:
        run: A run that has been trained; its test data is in COCO's format, with true boxes.

    Returns:
        The first metric of its validations, at the end and after each epoch; ``error x left``, ``middle`` and ``right``: mean
        error of x, in pixels of the heatmap, of visible keypoints in that third of the input; and for each of
        ``CONFIDENCES``: ``AP by ...``, where people are ranked by the mean confidence of their keypoints; ``size by ...``:
        Spearman's correlation, over kinds of keypoints, of mean confidence with size (the data set's sigma);
        ``error by ...``: that of confidence with error / sigma, over keypoints.

    Raises:
        InputError: If the model's head gives no heatmaps and keypoints.
    """
    metric = next(iter(run.log.evaluations[max(run.log.evaluations)]))
    _, values = run.log.curve(metric)  # one an epoch
    by_epoch = {f'{metric} after epoch {epoch}': float(value) for epoch, value in enumerate(values, start=1)}
    return {metric: float(values[-1]), **by_epoch, **_evenness_and_confidences(run)}


def _evenness_and_confidences(run: Run) -> Measurements:
    cfg = run.config
    model = init_model(cfg, run.checkpoint, device='cuda:0' if torch.cuda.is_available() else 'cpu')
    model.test_cfg = dict(flip_test=False)
    loader_cfg = cfg.test_dataloader.copy()
    *pipeline, pack = loader_cfg.dataset.pipeline
    truth = dict(type='GenerateTarget', encoder=cfg.codec)
    loader_cfg.dataset = dict(loader_cfg.dataset, pipeline=[*pipeline, truth, pack])
    loader = Runner.build_dataloader(loader_cfg, seed=0)
    samples, parts = [], []
    for batch in tqdm(loader, desc='measuring', unit='batch', leave=False):
        with torch.no_grad():
            predicted = model(model.data_preprocessor(batch)['inputs'], None, mode='tensor')
            samples += model.test_step(batch)
        if not isinstance(predicted, dict) or not {'heatmaps', 'keypoints'} <= predicted.keys():
            raise InputError(f'{type(model.head).__name__}: gives no heatmaps with keypoints, a SIKRHead does')
        labels = [sample.gt_instance_labels for sample in batch['data_samples']]
        parts.append(_measure(predicted, labels))
    place, error, visible, sigmoid, softmax = (np.concatenate(part) for part in zip(*parts))  # (people, K)
    sigmas = np.array(loader.dataset.metainfo['sigmas'])
    thirds = np.clip((place * 3).astype(int), 0, 2)
    result = {f'error x {name}': error[visible & (thirds == i)].mean() for i, name in enumerate(THIRDS)}
    for name, confidence in zip(CONFIDENCES, (np.ones_like(sigmoid), sigmoid, softmax)):
        result[f'AP by {name}'] = _average_precision(samples, confidence.mean(1), loader.dataset.metainfo)
        if name != 'none':
            means = [values[shown].mean() for values, shown in zip(confidence.T, visible.T)]
            result[f'size by {name}'] = spearmanr(means, sigmas).statistic
            result[f'error by {name}'] = spearmanr(confidence[visible], (error / sigmas)[visible]).statistic
    return {name: float(value) for name, value in result.items()}


def _measure(predicted: dict[str, torch.Tensor], labels: list[InstanceData]) -> list[np.ndarray]:
    """Of a batch: x of the truth as a fraction, error of x in pixels, visibility, the two confidences; (B, K) each."""
    heatmaps = predicted['heatmaps'].float().cpu()  # (B, K, H, W)
    truth = torch.cat([label.keypoint_labels for label in labels])[..., 0]
    visible = torch.cat([label.keypoint_weights for label in labels]) > 0
    error = (predicted['keypoints'][..., 0].cpu() - truth).abs() * heatmaps.shape[-1]
    confidences = heatmaps.sigmoid().amax((2, 3)), heatmaps.flatten(2).softmax(-1).amax(-1)
    return [part.numpy() for part in (truth, error, visible, *confidences)]


def _average_precision(samples: list[PoseDataSample], scores: np.ndarray, metainfo: dict) -> float:
    """AP where ``scores`` (people,) rank the predictions."""
    evaluator = Evaluator(dict(type='CocoMetric', score_mode='bbox', nms_mode='none'))
    evaluator.dataset_meta = metainfo
    for sample, score in zip(samples, scores):
        sample.pred_instances.bbox_scores = np.array([score], np.float32)
    evaluator.process(samples)
    return evaluator.evaluate(len(samples))['coco/AP']
