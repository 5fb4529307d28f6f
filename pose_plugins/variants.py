"""Variants of a config, each trained with several seeds, side by side."""

import json
from pathlib import Path

import matplotlib
import numpy as np
from mmengine.runner import find_latest_checkpoint
from tqdm import tqdm

from .demo.evaluation import evaluate
from .demo.job import Method, train_all
from .errors import InputError
from .launch import load_config

matplotlib.use('Agg')
from matplotlib import pyplot as plt  # noqa: E402

BASE = 'as configured'
COLUMNS = {'AP': 'AP', 'AP75': 'AP75', 'error_ratio': 'error, lowest fifth of scores / highest'}


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


def compare_variants(config, out, variants, retests=None, seeds=(0, 1, 2), options=None):
    """Train a config and its variants, and compare them on the held-out people.

    Args:
        config (str | Path): A ``synthetic`` config.
        out (str | Path): Folder for the trainings, ``variants.json``, ``variants.md`` and ``variants.png``.
        variants (dict[str, dict]): Name -> settings with which it is trained.
        retests (dict[str, dict] | None): Name -> settings with which the config's own models are tested again. Default: None.
        seeds (sequence[int]): Seeds of the trainings. Default: 0, 1, 2.
        options (dict | None): Settings merged into all. Default: None.

    Returns:
        Path: ``variants.md``: means over seeds, with the least and the largest; the difference to the config as it is.

    Raises:
        InputError: If there are no seeds, a name is taken, or a training fails.
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
    _draw(results, out / 'variants.png')
    table = out / 'variants.md'
    table.write_text(_table(results))
    return table


def _table(results):
    """A row a variant."""
    lines = [f'| | {" | ".join(COLUMNS.values())} | AP, difference |', '| --- ' * (len(COLUMNS) + 2) + '|']
    base = np.array([row['AP'] for row in results[BASE]])
    for name, rows in results.items():
        cells = []
        for column in COLUMNS:
            values = [row[column] for row in rows]
            cells.append(f'{np.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})')
        differences = np.array([row['AP'] for row in rows]) - base  # of the same seed
        by_seed = ', '.join(f'{value:+.3f}' for value in differences)
        cells.append('' if name == BASE else f'{differences.mean():+.3f} ({by_seed})')
        lines.append(f'| {name} | {" | ".join(cells)} |')
    return '\n'.join(lines) + '\n'


def _draw(results, path):
    """AP of every training, a line a variant."""
    figure, axes = plt.subplots(figsize=(8, 1.2 + 0.32 * len(results)), layout='constrained')
    for i, rows in enumerate(results.values()):
        values = [row['AP'] for row in rows]
        axes.plot(values, [i] * len(values), 'o', color='#1f77b4', alpha=0.5)
        axes.plot(np.mean(values), i, '|', color='black', markersize=14)
    axes.axvline(np.mean([row['AP'] for row in results[BASE]]), color='grey', linewidth=0.8, linestyle='--')
    axes.set_yticks(range(len(results)), results)
    axes.invert_yaxis()
    axes.set(xlabel='AP (OKS 0.50 to 0.95) on held-out people; a dot a seed, the stroke their mean')
    axes.grid(axis='x', alpha=0.3)
    figure.savefig(path, dpi=110)
    plt.close(figure)
