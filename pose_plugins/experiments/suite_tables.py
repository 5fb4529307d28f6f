"""The tables of a suite's report."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from ..utils.errors import InputError
from ..utils.tables import Rows
from .breakdown import break_down
from .runs import Measurements
from .side_by_side import Cost
from .significance import TOO_CLOSE, difference, less_is_better
from .suite_file import Claim, SuiteFile
from .tested import Tested

Finished = Mapping[str, Mapping[int | None, Measurements]]
"""Group -> seed -> measurements."""


def accuracy(results: Finished, metric: str) -> Rows:
    """The metric of each group: mean, range and every seed, the best first.

    Raises:
        InputError: If the metric was not measured.
    """
    for of_seeds in results.values():
        for figures in of_seeds.values():
            if metric not in figures:
                raise InputError(f'{metric}: was not measured; choose from {", ".join(figures)}')
    values = {group: np.array([figures[metric] for figures in of.values()]) for group, of in results.items()}
    digits = _digits(np.concatenate(list(values.values())))
    rows = [['', metric, 'least', 'most', 'of each seed']]
    sign = 1 if less_is_better(metric) else -1
    for group, found in sorted(values.items(), key=lambda item: sign * item[1].mean()):
        each = ', '.join(f'{value:.{digits}f}' for value in found)
        rows.append([group, *(f'{value:.{digits}f}' for value in (found.mean(), found.min(), found.max())), each])
    return rows


def differences(results: Finished, metric: str) -> Rows:
    """Each pair of groups, seed by seed."""
    values = _of_metric(results, metric)
    digits = _digits([value for of in values.values() for value in of.values()])
    rows = [['', 'difference', 'over seeds', 'verdict']]
    for first, second in combinations(values, 2):
        if (found := difference(first, second, values, less_is_better(metric))) is not None:
            least, most = min(found.values), max(found.values)
            over = f'{least:+.{digits}f} to {most:+.{digits}f}' if len(found.values) > 1 else ''
            rows.append([f'{first}, {second}', f'{found.mean:+.{digits}f}', over, found.verdict])
    return rows


def claims(file: SuiteFile, results: Finished) -> Rows:
    """Published claims, and whether these trainings agree with them."""
    values = _of_metric(results, file.metric)
    digits = _digits([value for of in values.values() for value in of.values()])
    rows = [['claim', 'paper', 'published', 'here', 'over seeds', 'verdict']]
    for claim in file.claims:
        pair = group_of(claim, claim.better, results), group_of(claim, claim.worse, results)
        found = difference(*pair, values, less_is_better(file.metric))
        here, over, verdict = '', '', 'not run yet'
        if found is not None:
            here = f'{found.mean:+.{digits}f}'
            over = ', '.join(f'{value:+.{digits}f}' for value in found.values)
            verdict = 'one seed tells nothing' if len(found.values) < 2 else TOO_CLOSE
            if found.told_apart:
                verdict = 'agrees' if found.first_is_better else 'contradicts'
        rows.append([claim.text, claim.source, claim.published, here, over, verdict])
    return rows


def group_of(claim: Claim, name: str, results: Finished) -> str:
    """The group that a claim's setting or config stands for."""
    full = f'{claim.config}, {name}'
    return full if claim.config is not None and full in results else name


def published(figures: Sequence[Sequence[str]]) -> Rows:
    """The papers' figures, as the suite file has them."""
    return [['method', 'network', 'data', 'metric', 'published', 'source'], *figures]


def parts(tested: Mapping[str, Sequence[Tested]], groups: Mapping[str, Sequence[str]]) -> Rows:
    """A row a part, a column a group of trainings; means over seeds."""
    found = {name: [break_down(test, groups) for test in tests] for name, tests in tested.items()}
    first = next(iter(found.values()))[0]
    rows = [['', *found]]
    for kind, members in first.items():
        for part in members:
            shares = [[each[kind][part] for each in of if part in each.get(kind, {})] for of in found.values()]
            label = part if kind in ('all', part) else f'{kind}: {part}'
            rows.append([label, *(f'{np.mean(share):.1f}' if share else '' for share in shares)])
    return rows


def costs(results: Finished, spent: Mapping[str, Cost]) -> Rows:
    """Size, speed and memory of each."""
    rows = [
        [
            '',
            'parameters (millions)',
            'GFLOPs',
            'training people/s',
            'inference people/s',
            'training memory (MB)',
            'inference memory (MB)',
        ]
    ]
    for group, cost in spent.items():
        figures = next(iter(results[group].values()))
        megabytes = ('' if m is None else f'{m:.0f}' for m in (cost.training_megabytes, cost.inference_megabytes))
        speeds = (f'{speed:.0f}' if speed >= 10 else f'{speed:.1f}' for speed in (cost.training, cost.inference))
        rows.append([group, f'{figures["parameters (millions)"]:.2f}', f'{figures["GFLOPs"]:.3f}', *speeds, *megabytes])
    return rows


def _of_metric(results: Finished, metric: str) -> dict[str, dict]:
    return {group: {seed: figures[metric] for seed, figures in of.items()} for group, of in results.items()}


def _digits(values: Sequence[float] | np.ndarray) -> int:
    """Percentages get one digit behind the point, fractions three."""
    return 3 if max(map(abs, values), default=0) <= 1 else 1
