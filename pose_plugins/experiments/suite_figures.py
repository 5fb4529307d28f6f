"""Draws a suite: accuracy over samples and over minutes, accuracy over the threshold, and people beside their truth."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import mmcv
import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

from ..inference.drawing import draw_skeleton
from ..utils.files import whole_file, write_image
from ..utils.sheets import captioned, contact_sheet
from .breakdown import accuracy_curve
from .measure import people_per_second
from .runs import Run
from .tested import Person, Tested

SIDE = 200  # pixels, the longer one of a drawn person
MARGIN = 0.15  # of the person's box, around it


def draw_progress(groups: Mapping[str, Sequence[Run]], metric: str, speeds: Mapping[str, float], path: Path) -> None:
    """Draw a metric over samples seen and over minutes of training: means over seeds, and their range.

    Args:
        groups: Name -> runs that have been trained.
        metric: As the evaluators name it.
        speeds: Name -> people a second of training, by which samples become minutes; unless all have one, it is each
            training's own.
        path: The PNG to write.
    """
    figure = Figure(figsize=(11, 4.2), layout='constrained')
    left, right = figure.subplots(1, 2, sharey=True)
    measured = groups.keys() <= speeds.keys()
    for number, (group, runs) in enumerate(groups.items()):
        curves = [run.log.curve(metric) for run in runs]
        shared = sorted(set.intersection(*(set(steps.tolist()) for steps, _ in curves)))
        if not shared:
            continue
        values = np.array([[value for step, value in zip(*curve) if step in shared] for curve in curves])  # (seeds, n)
        samples = _evaluated_after(runs[0], np.array(shared)) * runs[0].samples_per_iteration
        speed = speeds[group] if measured else people_per_second(runs[0])
        colour = colormaps['tab10'](number % 10)
        for axes, x in ((left, samples / 1000), (right, samples / speed / 60)):
            axes.plot(x, values.mean(0), 'o-', color=colour, label=group, markersize=3)
            axes.fill_between(x, values.min(0), values.max(0), color=colour, alpha=0.15)
    left.set(xlabel='samples seen (thousands)', ylabel=metric)
    right.set(xlabel=f'minutes of training{" at the speed in the table" if measured else ", each at its own speed"}')
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.set_xlim(left=0)
    left.legend(loc='lower right', fontsize='small')
    with whole_file(path) as partial:
        figure.savefig(partial, dpi=110)


def _evaluated_after(run: Run, logged: np.ndarray) -> np.ndarray:
    """Iterations after which a run was evaluated, of those that were logged last before: logs come every so many only."""
    loop, per_epoch, last = run.config.train_cfg, 1, run.iterations
    if 'max_epochs' in loop:  # of which each process has its part
        per_epoch = -(-run.iterations // (loop.max_epochs * run.processes_used))
        last = per_epoch * loop.max_epochs
    interval = loop.get('val_interval', 1) * per_epoch
    return np.minimum(np.ceil(logged / interval) * interval, last)


def draw_thresholds(tested: Mapping[str, Sequence[Tested]], path: Path) -> None:
    """Draw the percentage of correct keypoints over the threshold, all seeds of a group together."""
    figure = Figure(figsize=(5.5, 4.2), layout='constrained')
    axes = figure.subplots()
    for group, tests in tested.items():
        curves = [accuracy_curve(test) for test in tests]
        axes.plot(curves[0][0], np.mean([values for _, values in curves], axis=0), label=group)
    criterion = next(iter(tested.values()))[0].criterion
    axes.set(xlabel=f'share of the distance at which a keypoint is {criterion}', ylabel='% of keypoints', xlim=(0, 1))
    axes.set_ylim(0, 100)
    axes.grid(alpha=0.3)
    axes.legend(loc='upper left', fontsize='small')
    with whole_file(path) as partial:
        figure.savefig(partial, dpi=110)


def draw_people(people: Sequence[Person], meta: dict, path: Path, columns: int = 5) -> None:
    """Draw people, cut out of their pictures: truth on the left, prediction on the right.

    Args:
        people: Of a test.
        meta: The data set's description: links and colours.
        path: The JPEG to write.
        columns: How many people in a row.
    """
    tiles = []
    for person in people:
        wrong = sum(error is not None and error > 1 for error in person.errors)
        labelled = sum(error is not None for error in person.errors)
        pair = [_cut_out(person, np.array(points), meta) for points in (person.truth, person.predicted)]
        tiles.append(captioned(np.hstack(pair), f'{Path(person.picture).stem}: {labelled - wrong} of {labelled}'))
    write_image(path, contact_sheet(tiles, columns))


def _cut_out(person: Person, points: np.ndarray, meta: dict) -> np.ndarray:
    """A person with a skeleton, (h, w, 3), the larger of both SIDE, BGR."""
    image = mmcv.imread(person.picture)
    left, top, right, bottom = person.box
    size = np.array([right - left, bottom - top])
    low = np.maximum(np.floor([left, top] - MARGIN * size), 0).astype(int)
    high = np.minimum(np.ceil([right, bottom] + MARGIN * size), image.shape[1::-1]).astype(int)
    low, high = np.minimum(low, np.array(image.shape[1::-1]) - 1), np.maximum(high, low + 1)
    part = image[low[1] : high[1], low[0] : high[0]]
    scale = SIDE / max(part.shape[:2])
    width, height = (max(1, round(length * scale)) for length in part.shape[1::-1])
    part = cv2.resize(part, (width, height), interpolation=cv2.INTER_LINEAR)
    known = np.array([error is not None for error in person.errors])
    draw_skeleton(part, (points - low) * scale, known, meta)
    return part
