"""What the claims of AlphaPose (section 3.2) come to: learning, evenness, and confidences free of a part's size."""

import json
from pathlib import Path

import matplotlib
import numpy as np
import torch
from mmengine.evaluator import Evaluator
from mmengine.runner import Runner, find_latest_checkpoint
from mmpose.apis import init_model
from scipy.stats import spearmanr
from tqdm import tqdm

from ..config import load_config
from ..utils.errors import InputError
from .logs import read_log
from .variants import train_variants

matplotlib.use('Agg')
from matplotlib import pyplot as plt  # noqa: E402

# how the coordinate is learned, how the heatmap is normalised -> options of the head
VARIANTS = {
    'SIKR, two-step': {},
    'integral, two-step': {'model.head.symmetric': False},
    'SIKR, softmax': {'model.head.normalization': 'softmax'},
    'integral, softmax': {'model.head.symmetric': False, 'model.head.normalization': 'softmax'},
}
# where a keypoint's confidence may come from: nowhere, the sigmoid's maximum, the softmax's maximum
CONFIDENCES = ('none', 'sigmoid', 'softmax')
THIRDS = ('left', 'middle', 'right')


def compare(config, out, seeds=(0, 1, 2), options=None):
    """Train every variant with every seed, as ``make demo`` trains, and measure them; what is done already is kept.

    Args:
        config (str | Path): A ``synthetic`` config with a ``SIKRHead``.
        out (str | Path): Folder for the trainings, ``comparison.json``, ``comparison.md`` and ``comparison.png``.
        seeds (sequence[int]): Seeds of the trainings. Default: 0, 1, 2.
        options (dict | None): Settings merged into the config, as ``--cfg-options``. Default: None.

    Returns:
        Path: ``comparison.md``, means over seeds with the least and the largest.

    Raises:
        InputError: If the config is of another head, or a training fails.
    """
    out = Path(out)
    cfg = load_config(config)
    if cfg.model.head.type != 'SIKRHead':
        raise InputError(f'{config}: has a {cfg.model.head.type}; only the integrals of a SIKRHead are compared')
    trainings = train_variants(config, out, VARIANTS, seeds, {'train_cfg.val_interval': 1, **(options or {})})
    results = {variant: [] for variant in trainings}
    for variant, method in tqdm([(v, m) for v, ms in trainings.items() for m in ms], desc='measuring', unit='model'):
        scores = read_log(method.work_dir).scores
        by_epoch = {f'AP after epoch {epoch}': score for epoch, score in enumerate(scores, start=1)}
        results[variant].append({**by_epoch, **study(method.cfg, find_latest_checkpoint(str(method.work_dir)))})
    (out / 'comparison.json').write_text(json.dumps(results, indent=1))
    _draw(results, out / 'comparison.png')
    table = out / 'comparison.md'
    table.write_text(_table(results))
    return table


def _table(results):
    """A row a measurement, a column a variant: mean (least to largest)."""
    lines = [f'| | {" | ".join(results)} |', '| --- ' * (len(results) + 1) + '|']
    for name in next(iter(results.values()))[0]:
        columns = [[run[name] for run in runs] for runs in results.values()]
        cells = [f'{np.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})' for values in columns]
        lines.append(f'| {name} | {" | ".join(cells)} |')
    return '\n'.join(lines) + '\n'


def _draw(results, path):
    """AP after each epoch, a line a training; and the error of x over the picture."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout='constrained')
    for colour, (variant, runs) in zip(('#1f77b4', '#ff7f0e', '#2ca02c', '#d62728'), results.items()):
        for i, run in enumerate(runs):
            scores = [value for name, value in run.items() if name.startswith('AP after')]
            label = variant if i == 0 else None
            left.plot(range(1, len(scores) + 1), scores, 'o-', color=colour, alpha=0.7, label=label)
            right.plot([run[f'error x {third}'] for third in THIRDS], 'o-', color=colour, alpha=0.7, label=label)
    left.set(xlabel='epoch', ylabel='AP (OKS 0.50 to 0.95)', title='AP on held-out people, one line a seed')
    right.set(xlabel='third of the input', ylabel='mean error of x (pixels of the heatmap)', title='Evenness', ylim=0)
    left.set_xticks(range(1, len(scores) + 1))
    right.set_xticks(range(3), THIRDS)
    for axes in (left, right):
        axes.grid(alpha=0.3)
    left.legend(loc='lower right')
    figure.savefig(path, dpi=110)
    plt.close(figure)


def study(cfg, checkpoint, device='cpu'):
    """Measure a model with a ``SIKRHead`` on its test data, without flip test.

    Args:
        cfg (Config): Its config; the test data is in COCO's format, with true boxes.
        checkpoint (str | Path): Its weights.
        device (str): Where it runs. Default: 'cpu'.

    Returns:
        dict[str, float]: ``error x left``, ``middle`` and ``right``: mean error of x, in pixels of the heatmap, of visible
        keypoints in that third of the input; and for each of ``CONFIDENCES``: ``AP by ...``, where people are ranked by the
        mean confidence of their keypoints; ``size by ...``: Spearman's correlation, over kinds of keypoints, of mean
        confidence with size (the data set's sigma); ``error by ...``: that of confidence with error / sigma, over keypoints.

    Raises:
        InputError: If the model's head gives no heatmaps and keypoints.
    """
    model = init_model(cfg, str(checkpoint), device=device)
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


def _measure(predicted, labels):
    """Of a batch: x of the truth as a fraction, error of x in pixels, visibility, the two confidences; (B, K) each."""
    heatmaps = predicted['heatmaps'].float().cpu()  # (B, K, H, W)
    truth = torch.cat([label.keypoint_labels for label in labels])[..., 0]
    visible = torch.cat([label.keypoint_weights for label in labels]) > 0
    error = (predicted['keypoints'][..., 0].cpu() - truth).abs() * heatmaps.shape[-1]
    confidences = heatmaps.sigmoid().amax((2, 3)), heatmaps.flatten(2).softmax(-1).amax(-1)
    return [part.numpy() for part in (truth, error, visible, *confidences)]


def _average_precision(samples, scores, metainfo):
    """AP where ``scores`` (people,) rank the predictions."""
    evaluator = Evaluator(dict(type='CocoMetric', score_mode='bbox', nms_mode='none'))
    evaluator.dataset_meta = metainfo
    for sample, score in zip(samples, scores):
        sample.pred_instances.bbox_scores = np.array([score], np.float32)
    evaluator.process(samples)
    return evaluator.evaluate(len(samples))['coco/AP']
