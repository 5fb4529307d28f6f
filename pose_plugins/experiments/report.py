"""The report: one table in three formats, with its pictures."""

import base64
import json
import os
import platform
import shutil
from pathlib import Path

import numpy as np
import torch
from jinja2 import Environment, PackageLoader
from matplotlib import pyplot as plt

COLUMNS = (  # heading, unit, how a row is shown
    ('method', '', lambda row: row['method']),
    ('parameters', 'millions', lambda row: f'{row["parameters"] / 1e6:.2f}'),
    ('GFLOPs', '10⁹ multiply-adds', lambda row: f'{row["gflops"]:.3f}'),
    ('AP', 'OKS 0.50 to 0.95', lambda row: f'{row["AP"]:.3f}'),
    ('AP50', '', lambda row: f'{row["AP50"]:.3f}'),
    ('AP75', '', lambda row: f'{row["AP75"]:.3f}'),
    ('AR', '', lambda row: f'{row["AR"]:.3f}'),
    ('error by score', 'lowest fifth / highest', lambda row: f'{row["error_ratio"]:.1f}'),
    ('training', 'minutes', lambda row: f'{row["training_seconds"] / 60:.1f}'),
    ('training speed', 'images/s', lambda row: f'{row["training_images_per_second"]:.0f}'),
    ('inference speed', 'images/s', lambda row: f'{row["inference_images_per_second"]:.0f}'),
)


def write_report(folder, rows, logs):
    """Write ``results.json``, ``report.md`` with ``figures/``, and ``report.html``, which is one self-contained file.

    Args:
        folder (Path): Where they go; ``METHOD/predictions.jpg`` lies there.
        rows (list[dict]): One a method.
        logs (dict[str, TrainingLog]): The curves of each.

    Returns:
        Path: ``report.html``.
    """
    figures = folder / 'figures'
    figures.mkdir(parents=True, exist_ok=True)
    draw_curves(logs, figures / 'curves.png')
    sheets = {row['method']: figures / f'{row["method"]}.jpg' for row in rows}
    for method, path in sheets.items():
        shutil.copyfile(folder / method / 'predictions.jpg', path)
    content = dict(
        columns=[(heading, unit) for heading, unit, _ in COLUMNS],
        rows=[[show(row) for _, _, show in COLUMNS] for row in rows],
        results=rows,
        machine=f'{os.cpu_count()} cores, {torch.get_num_threads()} threads, {platform.machine()}, '
        f'Python {platform.python_version()}, torch {torch.__version__}',
    )
    templates = Environment(
        loader=PackageLoader('pose_plugins.experiments'), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    _write(folder / 'results.json', json.dumps(rows, indent=1))
    _write(
        folder / 'report.md',
        templates.get_template('report.md').render(
            **content,
            curves=_relative(figures / 'curves.png', folder),
            sheets={method: _relative(path, folder) for method, path in sheets.items()},
        ),
    )
    _write(
        folder / 'report.html',
        templates.get_template('report.html').render(
            **content,
            curves=_inline(figures / 'curves.png'),
            sheets={method: _inline(path) for method, path in sheets.items()},
        ),
    )
    return folder / 'report.html'


def _write(path, text):
    """Write a text so that the file is there either whole or as it was."""
    partial = path.with_name(path.name + '.partial')
    partial.write_text(text)
    partial.replace(path)


def _relative(path, folder):
    return Path(path).relative_to(folder).as_posix()


def _inline(path):
    """A picture as a data URL."""
    kind = {'.png': 'png', '.jpg': 'jpeg'}[path.suffix]
    return f'data:image/{kind};base64,' + base64.b64encode(path.read_bytes()).decode()


COLOURS = {'hrnet': '#1f77b4', 'transpose': '#ff7f0e', 'alphapose': '#2ca02c', 'poseur': '#d62728', 'tfpose': '#9467bd'}


def draw_curves(logs, path):
    """Loss and held-out AP over training time, one line a method.

    Args:
        logs (dict[str, TrainingLog]): Method -> curves.
        path (Path): The PNG to write.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout='constrained')
    for name, log in logs.items():
        minutes = np.array(log.seconds) / 60
        left.plot(minutes, np.array(log.losses) / log.losses[0], color=COLOURS[name], label=name)
        ends = np.interp(np.array(log.epochs) / max(log.epochs) * log.steps[-1], log.steps, minutes)
        right.plot(ends, log.scores, 'o-', color=COLOURS[name], label=name)
    left.set(
        xlabel='training time (minutes)', ylabel='training loss (fraction of its first value)', title='Training loss'
    )
    right.set(
        xlabel='training time (minutes)', ylabel='AP (OKS 0.50 to 0.95)', ylim=(0, 1), title='AP on held-out people'
    )
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.set_xlim(left=0)
    right.legend(loc='lower right')
    figure.savefig(path, dpi=110)
    plt.close(figure)
