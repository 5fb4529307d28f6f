"""The report of a suite: what its trainings came to, seed by seed, part by part and person by person, and at what cost."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from ..utils.errors import InputError
from ..utils.files import write_json, write_text
from ..utils.tables import csv_table
from .breakdown import ranked
from .document import Section, write_document
from .measure import described
from .runs import Run
from .side_by_side import Cost, measure_costs
from .suite import Suite
from .suite_figures import draw_people, draw_progress, draw_thresholds
from .suite_file import SuiteFile
from .suite_tables import accuracy, claims, costs, differences, parts, published
from .tested import Tested

SHOWN = 10  # best, median and worst people of each
PROGRESS, THRESHOLDS = 'figures/progress.png', 'figures/thresholds.png'
FILES = ['results.json', 'results.csv', 'report.md', 'report.html', PROGRESS, THRESHOLDS]
PLACES = ('best', 'median', 'worst')


def write_suite_report(file: SuiteFile, suite: Suite) -> Path:
    """Write ``results.json`` (all that was measured), ``results.csv`` (the table of accuracy), ``report.md`` with
    ``figures/``, and ``report.html``, which is one self-contained file. To be called within ``locked``.

    Args:
        file: The suite file.
        suite: Its trainings; what is not done yet is named in the report.

    Returns:
        ``report.html``.

    Raises:
        InputError: If nothing of the present configs, data and budget is done yet, the metric was not measured, or one of the
            files is there and no report wrote it.
    """
    done = {group: [run for run in runs if run.current] for group, runs in suite.runs.items()}
    done = {group: runs for group, runs in done.items() if runs}
    if not done:
        others = any(run.done for runs in suite.every.values() for run in runs)
        why = (
            '; those there are of another config, other data or another budget (--samples, --cfg-options)'
            if others
            else ''
        )
        raise InputError(f'{suite.folder}: no training of {file.name} is done yet{why}')
    names = [*FILES, *(_sheet(suite.runs[group][0], place) for group in done for place in PLACES)]
    with suite.files.writing(names):
        return _write(file, suite, done)


def check_report_files(suite: Suite) -> None:
    """Refuse to write over what no report wrote, before anything is trained.

    Raises:
        InputError: Naming the file.
    """
    suite.files.check([*FILES, *(_sheet(runs[0], place) for runs in suite.runs.values() for place in PLACES)])


def _sheet(run: Run, place: str) -> str:
    return f'figures/{run.folder.name}_{place}.jpg'


def _write(file: SuiteFile, suite: Suite, done: Mapping[str, list[Run]]) -> Path:
    folder = suite.folder
    results = suite.finished()
    tested = {group: [Tested.read(run.folder) for run in runs] for group, runs in done.items()}
    tested = {group: tests for group, tests in tested.items() if all(test.people for test in tests)}
    spent = _costs(folder / 'costs.json', done)
    groups = _groups(next(iter(done.values()))[0])
    table, pairs = accuracy(results, file.metric), differences(results, file.metric)
    write_json(
        folder / 'results.json', {group: {str(s): r for s, r in of.items()} for group, of in results.items()}, indent=1
    )
    write_text(folder / 'results.csv', csv_table(table))
    draw_progress(done, file.metric, {group: cost.training for group, cost in spent.items()}, folder / PROGRESS)
    if tested:
        draw_thresholds(tested, folder / THRESHOLDS)
    sections = [
        Section('', ' '.join(filter(None, [file.about, _state(suite)])), table, note=_budget(suite)),
        *_claims(file, results),
        *([Section('Differences', DIFFERENCES, pairs)] if len(pairs) > 1 else []),
        *_published(file, results),
        *_parts(tested, groups),
        Section(
            'Accuracy against samples, minutes and threshold',
            'Means over seeds and their range.',
            picture=folder / PROGRESS,
            alt=f'{file.metric} over samples seen and over minutes of training',
        ),
        *([Section('', picture=folder / THRESHOLDS, alt=OVER_THRESHOLDS)] if tested else []),
        *([Section('Costs', COSTS, costs(results, spent), note=f'Measured on: {_machine(spent)}.')] if spent else []),
    ]
    for group, runs in done.items():
        if group not in tested:
            continue
        sheets = {place: folder / _sheet(suite.runs[group][0], place) for place in PLACES}
        sections += _people(group, runs[0], tested[group][0], sheets)
    return write_document(folder / 'report.html', file.title, sections)


DIFFERENCES = (
    'First minus second, of the same seed, with the range over seeds. They are told apart where all seeds agree and the mean '
    'is larger than the range.'
)
PUBLISHED = "The papers' figures: other networks, data and lengths of training. They are no measure of those above."
NOBODY = 'Nothing is told of single people: these were found by a detector, and which true ones they are is not known.'
OVER_THRESHOLDS = 'percentage of correct keypoints over the threshold'
PARTS = 'Percentage of keypoints {}, mean over seeds.'
COSTS = (
    'Speeds and memory of all were measured in turns. GFLOPs are 10⁹ multiply-adds for one person without the flip test; '
    'training is forward, backward and optimizer; inference has decoding and the flip test as the config tests it.'
)


def _state(suite: Suite) -> str:
    """Tell which trainings and tests are missing, and which are there by another config, other data or another budget."""
    missing = {group: [str(run.seed) for run in runs if not run.current] for group, runs in suite.every.items()}
    told = [f'{group} (seed {", ".join(seeds)})' for group, seeds in missing.items() if seeds]
    others = any(run.done and not run.current for runs in suite.every.values() for run in runs)
    left_out = ' Results of another config, other data or another budget are left out.' if others else ''
    return f'Not done yet: {"; ".join(told)}.{left_out}' if told else ''


def _parts(tested: Mapping[str, list[Tested]], groups: Mapping[str, list[str]]) -> list[Section]:
    """Accuracy by parts, of those whose people are known."""
    if not tested:
        return [Section('Part by part', NOBODY)]
    return [Section('Part by part', PARTS.format(next(iter(tested.values()))[0].criterion), parts(tested, groups))]


def _budget(suite: Suite) -> str:
    seen = f'Each training saw about {suite.samples} samples. ' if suite.samples else ''
    configs = '; '.join(f'{group}: {run.config_name}' for group, (run, *_) in suite.runs.items())
    return f'{seen}Configs: {configs}.'


def _claims(file: SuiteFile, results: Mapping) -> list[Section]:
    return [Section('Claims', rows=claims(file, results))] if file.claims else []


def _published(file: SuiteFile, results: Mapping) -> list[Section]:
    return [Section('Published, and not comparable', PUBLISHED, published(file.published))] if file.published else []


def _groups(run: Run) -> dict[str, list[str]]:
    """Keypoints that the config's evaluator counts together."""
    evaluator = run.config.test_evaluator
    each = evaluator if isinstance(evaluator, (list, tuple)) else [evaluator]
    return next((dict(e['groups']) for e in each if e.get('groups')), {})


def _people(group: str, run: Run, tested: Tested, sheets: Mapping[str, Path]) -> list[Section]:
    """The best, the median and the worst people."""
    order = ranked(tested)
    first = max(0, (len(order) - SHOWN) // 2)
    chosen = dict(best=order[:SHOWN], median=order[first : first + SHOWN], worst=order[-SHOWN:][::-1])
    sections = []
    for place, indices in chosen.items():
        draw_people([tested.people[i] for i in indices], described(run), sheets[place])
        sections.append(
            Section(
                f'{group}: the {place} {len(indices)}',
                picture=sheets[place],
                alt=f'{group}, the {place} people: truth on the left, prediction on the right',
                note=f'{run.name}. Truth on the left, prediction on the right; how many keypoints are correct.',
            )
        )
    return sections


def _costs(path: Path, done: Mapping[str, list[Run]]) -> dict[str, Cost]:
    """Measured once for the same trainings on the same machine, as it takes a minute; of those with a checkpoint."""
    runs = {group: runs[0] for group, runs in done.items()}
    stamp = {group: run.fingerprint for group, run in runs.items()}
    try:
        content = json.loads(path.read_bytes())
        known = {
            group: Cost(**content['costs'][group])
            for group, mark in stamp.items()
            if content['runs'].get(group) == mark
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        known = {}  # measured below
    runs = {group: run for group, run in runs.items() if run.checkpoint}
    if runs.keys() <= known.keys():
        return known
    measured = measure_costs(runs)
    write_json(
        path,
        dict(
            runs={group: stamp[group] for group in runs},
            costs={group: asdict(cost) for group, cost in measured.items()},
        ),
        indent=1,
    )
    return measured


def _machine(spent: Mapping[str, Cost]) -> str:
    return next(iter(spent.values())).machine
