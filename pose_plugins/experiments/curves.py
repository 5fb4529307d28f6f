"""Draws trainings: loss and a metric over time, and what the seeds of each came to."""

from pathlib import Path

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..utils.files import whole_file
from .runs import Measurements, Run

ROW = 0.32  # inches


def draw_runs(groups: dict[str, list[Run]], results: dict[str, list[Measurements]], metric: str, path: Path) -> None:
    """Draw the curves of trainings, and below them a dot for each seed where there are several.

    Args:
        groups: The trainings, those of the same config and settings together.
        results: What they, and tests of them with other settings, came to.
        metric: The name of what is drawn.
        path: The PNG to write.
    """
    several = max(map(len, results.values())) > 1
    heights = [4, 0.8 + ROW * len(results)] if several else [4]
    figure = Figure(figsize=(11, sum(heights)), layout='constrained')
    curves, *below = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    _draw_curves(curves.subplots(1, 2), groups, metric)
    for part in below:
        _draw_seeds(part.subplots(), results, metric)
    with whole_file(path) as partial:
        figure.savefig(partial, dpi=110)


def _draw_curves(axes: np.ndarray, groups: dict[str, list[Run]], metric: str) -> None:
    """A line a training."""
    left, right = axes
    for i, (group, runs) in enumerate(groups.items()):
        colour = colormaps['tab10' if len(groups) <= 10 else 'tab20'](i)
        for j, run in enumerate(runs):
            label = group if j == 0 else None
            minutes = run.log.seconds / 60
            left.plot(minutes, run.log.losses / run.log.losses[0], color=colour, label=label, alpha=0.8)
            steps, values = run.log.curve(metric)
            right.plot(np.interp(steps, run.log.steps, minutes), values, 'o-', color=colour, alpha=0.8)
    left.set(ylabel='training loss (fraction of its first value)', title='Training loss')
    right.set(ylabel=metric, title=f'{metric} on validation data')
    for each in (left, right):
        each.set(xlabel='training time (minutes)')
        each.set_xlim(left=0)
        each.grid(alpha=0.3)
    left.legend(loc='upper right', fontsize='small')


def _draw_seeds(axes: Axes, results: dict[str, list[Measurements]], metric: str) -> None:
    """A line for each of ``results``, on it a dot a seed and a stroke for their mean."""
    for i, measured in enumerate(results.values()):
        values = [figures[metric] for figures in measured]
        axes.plot(values, [i] * len(values), 'o', color='#1f77b4', alpha=0.5)
        axes.plot(np.mean(values), i, '|', color='black', markersize=14)
    first = next(iter(results.values()))
    axes.axvline(float(np.mean([figures[metric] for figures in first])), color='grey', linewidth=0.8, linestyle='--')
    axes.set_yticks(range(len(results)), list(results))
    axes.invert_yaxis()
    axes.set(xlabel=f'{metric} on test data; a dot a seed, the stroke their mean')
    axes.grid(axis='x', alpha=0.3)
