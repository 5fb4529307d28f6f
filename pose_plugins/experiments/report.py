"""The report of a suite: one table in several formats, with its pictures."""

import base64
import os
import platform
from pathlib import Path

import torch
from jinja2 import Environment, PackageLoader

from ..utils.files import write_json, write_text
from ..utils.tables import csv_table, markdown_table
from .comparison import compare, metrics_of
from .curves import draw_runs
from .measure import draw_predictions
from .suite import Results, Suite


def write_report(suite: Suite, results: Results) -> Path:
    """Write ``results.json``, ``results.csv``, ``report.md`` with ``figures/``, and ``report.html``, which is one
    self-contained file.

    Args:
        suite: What was run; the reports go to its folder.
        results: What its ``run`` gave.

    Returns:
        ``report.html``.

    Raises:
        InputError: If one of the files is there and no report wrote it.
    """
    with suite.files.writing(report_files(suite)):
        return _write(suite, results)


def report_files(suite: Suite) -> list[str]:
    """The files of a report, from the suite's folder on."""
    sheets = [f'figures/{run.folder.name}.jpg' for run, *_ in suite.runs.values()]
    return ['results.json', 'results.csv', 'report.md', 'report.html', 'figures/curves.png', *sheets]


def _write(suite: Suite, results: Results) -> Path:
    folder, figures = suite.folder, suite.folder / 'figures'
    curves = figures / 'curves.png'
    draw_runs(suite.runs, results, metrics_of(results)[0], curves)
    sheets = {}
    for group, (run, *_) in suite.runs.items():
        sheets[group] = figures / f'{run.folder.name}.jpg'
        draw_predictions(run, sheets[group])
    rows = compare(results)
    content = dict(
        rows=rows,
        table=markdown_table(rows),
        configs={group: run.config_name for group, (run, *_) in suite.runs.items()},
        machine=f'{os.cpu_count()} cores, {torch.get_num_threads()} threads, {platform.machine()}, '
        f'Python {platform.python_version()}, torch {torch.__version__}',
    )
    templates = Environment(
        loader=PackageLoader('pose_plugins.experiments'), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    write_json(folder / 'results.json', results, indent=1)
    write_text(folder / 'results.csv', csv_table(rows))
    for name, link in (('report.md', lambda path: path.relative_to(folder).as_posix()), ('report.html', _inline)):
        pictures = dict(curves=link(curves), sheets={group: link(path) for group, path in sheets.items()})
        write_text(folder / name, templates.get_template(name).render(**content, **pictures))
    return folder / 'report.html'


def _inline(path: Path) -> str:
    """A picture as a data URL."""
    kind = {'.png': 'png', '.jpg': 'jpeg'}[path.suffix]
    return f'data:image/{kind};base64,' + base64.b64encode(path.read_bytes()).decode()
