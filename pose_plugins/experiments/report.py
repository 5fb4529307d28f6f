"""The report of trainings on equal terms: one table in several formats, with its pictures."""

from pathlib import Path

from ..utils.files import write_json, write_text
from ..utils.tables import csv_table
from .comparison import compare, metrics_of
from .curves import draw_runs
from .document import Section, write_document
from .machine import this_machine
from .measure import draw_predictions
from .suite import Results, Suite

TITLE = 'Trained on this machine, compared on equal terms'
INTRODUCTION = (
    "Every model was trained by its config and tested on the data that the config holds out, by the config's own evaluators. "
    'The figures say how the methods get on with this data and this little training; they are not the published ones.'
)
COSTS_NOTE = (
    'GFLOPs are 10⁹ multiply-adds for one person without the flip test. Training time holds loading the data and not '
    'validation; inference is network and decoding as the config tests them, flip test included.'
)


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
    rows = compare(results)
    write_json(folder / 'results.json', results, indent=1)
    write_text(folder / 'results.csv', csv_table(rows))
    configs = ', '.join(f'{group} {run.config_name}' for group, (run, *_) in suite.runs.items())
    sections = [
        Section('', INTRODUCTION, rows, note=f'{COSTS_NOTE} Measured on: {this_machine()}. Configs: {configs}.'),
        Section('Learning curves', picture=curves, alt='training loss and the first metric over training time'),
    ]
    for group, (run, *_) in suite.runs.items():
        sheet = figures / f'{run.folder.name}.jpg'
        draw_predictions(run, sheet)
        title = f'{group}: truth and prediction on held-out pictures'
        alt = f'{group}: pairs of pictures, truth on the left and prediction on the right'
        sections.append(
            Section(title, picture=sheet, alt=alt, note='Predictions with a score below 0.3 are not drawn.')
        )
    return write_document(folder / 'report.html', TITLE, sections)
