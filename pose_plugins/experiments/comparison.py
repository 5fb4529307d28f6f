"""Compares what trainings came to: a table of means over seeds, and a picture."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ..utils.errors import InputError
from ..utils.files import write_json, write_text
from ..utils.tables import Rows, csv_table, markdown_table, shown, transposed
from .curves import draw_runs
from .runs import Measurements
from .suite import Results, Suite


def metrics_of(results: Results, wanted: Iterable[str] | None = None) -> list[str]:
    """Names of what was measured.

    Args:
        results: Of ``Suite.run``.
        wanted: Only these, in this order; None takes all.

    Returns:
        The names.

    Raises:
        InputError: If one of those wanted was not measured in every run.
    """
    every = [figures for measured in results.values() for figures in measured]
    common = [name for name in every[0] if all(name in figures for figures in every)]
    if wanted is None:
        return common
    for name in (wanted := list(wanted)):
        if name not in common:
            raise InputError(f'{name}: was not measured; choose from {", ".join(common)}')
    return wanted


def compare(results: Results, columns: Iterable[str] | None = None, base: str | None = None) -> Rows:
    """A table of means over seeds, with the least and the largest.

    Args:
        results: Of ``Suite.run``.
        columns: As ``wanted`` in ``metrics_of``.
        base: One of ``results``, to which the first column's differences are given, seed by seed; None
            gives none.

    Returns:
        A row each of ``results``, or a row a measurement where there are more of these.
    """
    names = metrics_of(results, columns)
    rows = [['', *names]]
    for group, measured in results.items():
        rows.append([group, *(_cell(_values(measured, name)) for name in names)])
    if base is not None and len(results) > 1:
        rows[0].append(f'{names[0]}, difference')
        for row, (group, measured) in zip(rows[1:], results.items(), strict=True):
            differences = _values(measured, names[0]) - _values(results[base], names[0])  # of the same seed
            by_seed = f' ({", ".join(f"{value:+.3f}" for value in differences)})' if len(differences) > 1 else ''
            row.append('' if group == base else f'{differences.mean():+.3f}{by_seed}')
    return transposed(rows) if len(names) > len(results) else rows


def write_comparison(suite: Suite, name: str, columns: Iterable[str] | None = None) -> Path:
    """Run a suite and write ``NAME.json`` (all that was measured), ``NAME.md`` and ``NAME.csv`` (the table) and ``NAME.png``.

    Args:
        suite: What is to be compared; nothing is written before it was checked.
        name: Of the files in the suite's folder.
        columns: As in ``compare``; the first is drawn.

    Returns:
        ``NAME.md``.

    Raises:
        InputError: As ``Suite.run``, or if a column was not measured, or one of the files is there and is none of these.
    """
    suite.check()
    path = suite.folder / name
    names = [path.with_suffix(suffix).name for suffix in ('.json', '.csv', '.md', '.png')]
    suite.files.check(names)
    with suite.locked():
        results = suite.run()
        with suite.files.writing(names):
            write_json(path.with_suffix('.json'), results, indent=1)
            rows = compare(results, columns, base=next(iter(results)))
            draw_runs(suite.runs, results, metrics_of(results, columns)[0], path.with_suffix('.png'))
            write_text(path.with_suffix('.csv'), csv_table(rows))
            write_text(path.with_suffix('.md'), markdown_table(rows))
    return path.with_suffix('.md')


def _values(measured: list[Measurements], name: str) -> np.ndarray:
    return np.array([figures[name] for figures in measured])


def _cell(values: np.ndarray) -> str:
    """A mean, and the range where there are several seeds."""
    mean, least, largest = (shown(value, values) for value in (values.mean(), values.min(), values.max()))
    return mean if len(values) == 1 else f'{mean} ({least} to {largest})'
