"""Variants of a config, each trained with several seeds, side by side."""

import json
from pathlib import Path

import matplotlib
import numpy as np
from mmengine.runner import find_latest_checkpoint
from tqdm import tqdm

from ..config import load_config
from ..utils.errors import InputError
from .demo import Method, train_all
from .measure import evaluate

matplotlib.use('Agg')
from matplotlib import pyplot as plt  # noqa: E402

BASE = 'as configured'
COLUMNS = {'coco/AP': 'AP', 'coco/AP .75': 'AP75', 'score_rank/ratio': 'error, lowest fifth of scores / highest'}


def train_variants(config, out, variants, seeds, options=None):
    """Train every variant with every seed, as ``make demo`` trains; what is done already is kept.

    Args:
        config (str | Path): A ``synthetic`` config.
        out (Path): Folder for the trainings, one each.
        variants (dict[str, dict]): Name -> settings merged into the config, as ``--cfg-options``.
        seeds (sequence[int]): Seeds of the trainings.
        options (dict | None): Settings merged into all. Default: None.

    Returns:
        dict[str, list[Method]]: The trainings of each variant, one a seed.

    Raises:
        InputError: If there are no seeds, two variants would share a folder, or a training fails.
    """
    if not seeds:
        raise InputError('seeds: at least one is needed')
    trainings = {}
    for variant, change in variants.items():
        trainings[variant] = []
        for seed in seeds:
            cfg = load_config(config)
            cfg.merge_from_dict({**(options or {}), **change, 'randomness.seed': seed})
            name = f'{variant}, seed {seed}'
            folder = out / name.replace(', ', '_').replace(' ', '-').replace('/', '-')
            trainings[variant].append(Method(name, Path(config), cfg, folder))
    methods = sum(trainings.values(), [])
    if len({method.work_dir for method in methods}) < len(methods):
        raise InputError('variants and seeds: two of them have the same name')
    train_all(methods)
    return trainings


def compare_variants(config, out, variants, retests=None, seeds=(0, 1, 2), options=None, columns=None):
    """Train a config and its variants, and compare them on the held-out people.

    Args:
        config (str | Path): A ``synthetic`` config.
        out (str | Path): Folder for the trainings, ``variants.json``, ``variants.md`` and ``variants.png``.
        variants (dict[str, dict]): Name -> settings with which it is trained.
        retests (dict[str, dict] | None): Name -> settings with which the config's own models are tested again. Default: None.
        seeds (sequence[int]): Seeds of the trainings. Default: 0, 1, 2.
        options (dict | None): Settings merged into all. Default: None.
        columns (list[str] | None): The metrics that are compared, as the config's evaluator names them; the first one is
            drawn. Default: None, those of ``COLUMNS`` that it has.

    Returns:
        Path: ``variants.md``: means over seeds, with the least and the largest; the difference to the config as it is. A row
        a variant, or a row a metric where there are more metrics.

    Raises:
        InputError: If there are no seeds, a name is taken, a training fails, or the evaluator gives no such metric.
    """
    out, retests = Path(out), retests or {}
    names = [BASE, *variants, *retests]
    if len(set(names)) < len(names):
        raise InputError(f'variants: a name is given twice, or is {BASE!r}, which the config itself is')
    trainings = train_variants(config, out, {BASE: {}, **variants}, seeds, options)
    results = {
        name: [json.loads(method.result_file.read_text())['row'] for method in methods]
        for name, methods in trainings.items()
    }
    for name, change in retests.items():
        results[name] = []
        for method in tqdm(trainings[BASE], desc=f'testing with {name}', unit='model'):
            cfg = method.cfg.copy()
            cfg.merge_from_dict(change)
            row, _, _ = evaluate(cfg, find_latest_checkpoint(str(method.work_dir)))
            results[name].append(row)
    (out / 'variants.json').write_text(json.dumps(results, indent=1))
    known = results[BASE][0]['metrics']
    labels = {name: COLUMNS.get(name, name) for name in columns or COLUMNS if columns is not None or name in known}
    for column in labels:
        if column not in known:
            raise InputError(f'{column}: is no metric of {config}, which has {", ".join(known)}')
    values = {  # (metrics, seeds) of each variant
        name: np.array([[row['metrics'][column] for row in rows] for column in labels])
        for name, rows in results.items()
    }
    labels = list(labels.values())
    _draw({name: value[0] for name, value in values.items()}, labels[0], out / 'variants.png')
    table = out / 'variants.md'
    table.write_text(_table(values, labels))
    return table


def _table(values, labels):
    """A row a variant and a column a metric, or the other way round where that is narrower."""
    base = values[BASE]
    rows = [['', *labels, f'{labels[0]}, difference']]
    for name, of_metrics in values.items():
        cells = [f'{_number(v.mean(), v)} ({_number(v.min(), v)} to {_number(v.max(), v)})' for v in of_metrics]
        differences = of_metrics[0] - base[0]  # of the same seed
        by_seed = ', '.join(f'{value:+.3f}' for value in differences)
        rows.append([name, *cells, '' if name == BASE else f'{differences.mean():+.3f} ({by_seed})'])
    if len(labels) > len(values):
        rows = list(zip(*rows))
    lines = [f'| {" | ".join(row)} |' for row in rows]
    lines.insert(1, '| --- ' * len(rows[0]) + '|')
    return '\n'.join(lines) + '\n'


def _number(value, values):
    """Three digits behind the point for fractions, two for pixels and ratios."""
    return f'{value:.3f}' if max(abs(values)) <= 1 else f'{value:.2f}'


def _draw(values, label, path):
    """A metric of every training, a line a variant."""
    figure, axes = plt.subplots(figsize=(8, 1.2 + 0.32 * len(values)), layout='constrained')
    for i, of_seeds in enumerate(values.values()):
        axes.plot(of_seeds, [i] * len(of_seeds), 'o', color='#1f77b4', alpha=0.5)
        axes.plot(np.mean(of_seeds), i, '|', color='black', markersize=14)
    axes.axvline(np.mean(values[BASE]), color='grey', linewidth=0.8, linestyle='--')
    axes.set_yticks(range(len(values)), values)
    axes.invert_yaxis()
    axes.set(xlabel=f'{label} on held-out people; a dot a seed, the stroke their mean')
    axes.grid(axis='x', alpha=0.3)
    figure.savefig(path, dpi=110)
    plt.close(figure)
