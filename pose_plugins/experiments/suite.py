"""Configs x settings x seeds: trained one after the other, measured alike, compared in one table and one picture."""

import sys
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout
from tqdm import tqdm

from ..config import load_config
from ..utils.errors import InputError
from ..utils.files import told_when_unwritable, write_json, write_text
from ..utils.tables import Rows, csv_table, markdown_table, shown, transposed
from .curves import draw_runs
from .logs import TrainingLog
from .measure import measure
from .runs import Measurements, Run

BASE = 'as configured'

Results = dict[str, list[Measurements]]


@dataclass
class Suite:
    """Trainings that are to be compared.

    Attributes:
        folder: Where trainings and results go. One suite at a time works in it.
        configs: Name -> config file.
        settings: Name -> what is merged into the config, as ``--cfg-options``. Default: nothing, ``BASE``.
        seeds: One training each; None leaves the config's own. Default: (None,).
        retests: Name -> settings with which the models of each config's first settings are measured once more. Default: none.
        options: What is merged into all configs. Default: nothing.
        measure: Measures a trained run. Default: ``experiments.measure``'s.
    """

    folder: Path
    configs: dict[str, Path]
    settings: dict[str, dict] = field(default_factory=lambda: {BASE: {}})
    seeds: Sequence[int | None] = (None,)
    retests: dict[str, dict] = field(default_factory=dict)
    options: dict = field(default_factory=dict)
    measure: Callable[[Run], Measurements] = measure
    runs: dict[str, list[Run]] = field(init=False)

    def __post_init__(self) -> None:
        if not self.seeds:
            raise InputError('seeds: at least one is needed')
        self.runs = {}
        for config, path in self.configs.items():
            for setting, change in self.settings.items():
                group = self._group(config, setting)
                self.runs[group] = [self._run(group, path, change, seed) for seed in self.seeds]
        names = [*self.runs, *(self._group(config, retest) for config in self.configs for retest in self.retests)]
        if len(set(names)) < len(self.configs) * (len(self.settings) + len(self.retests)):
            raise InputError('configs, variants and retests: a name is given twice')
        folders = {run.folder for run in self._all()}
        if len(folders) < len(self._all()):
            raise InputError('variants and seeds: two of them have the same name')

    def run(self) -> Results:
        """Train and measure everything; what is done stays, what has begun goes on.

        Returns:
            Measurements of every seed, by config and settings.

        Raises:
            InputError: If a config cannot work, its data is not there, somebody else works in the folder or has files in a
                run's, or a training fails.
        """
        for run in self._all():
            run.fingerprint  # noqa: B018  refuses what cannot work before anything is written
        with told_when_unwritable(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / '.lock', timeout=0):
                return {**self._train_all(), **self._test_again()}
        except Timeout:
            raise InputError(
                f'{self.folder}: another command is at work there; wait for it, or give another folder'
            ) from None
        except KeyboardInterrupt:
            print(f'{self.folder}: what is done is kept, the same command goes on from here', file=sys.stderr)
            raise

    def _train_all(self) -> Results:
        for run in self._all():
            run.claim()
        lengths = [run.iterations for run in self._all()]
        results: Results = {group: [] for group in self.runs}
        finished = 0
        with _progress(sum(lengths)) as bar:
            numbered = enumerate(((group, run) for group, runs in self.runs.items() for run in runs), start=1)
            for (number, (group, run)), length in zip(numbered, lengths, strict=True):
                bar.set_description_str(f'[{number}/{len(lengths)}] {run.name}')
                before = length if run.done else run.log.iteration  # counts as done, not as speed
                bar.initial += before
                bar.update(finished + before - bar.n)
                if not run.done:
                    run.train(partial(_tell, bar, finished))
                results[group].append(run.result(self.measure))
                finished += length
                bar.update(finished - bar.n)
        return results

    def _test_again(self) -> Results:
        results: Results = {}
        for config in self.configs:
            models = self.runs[self._group(config, next(iter(self.settings)))]
            for retest, change in self.retests.items():
                group = self._group(config, retest)
                results[group] = [self.measure(_changed(run, change)) for run in tqdm(models, f'testing with {group}')]
        return results

    def _run(self, group: str, path: Path, change: dict, seed: int | None) -> Run:
        name = group if seed is None else f'{group}, seed {seed}'
        folder = self.folder / name.replace(', ', '_').replace(' ', '-').replace('/', '-')
        return Run(name, load_config(path, {**self.options, **change}), folder, seed)

    def _group(self, config: str, setting: str) -> str:
        """Name of the runs of a config and a setting: as short as they can be told apart."""
        if len(self.settings) + len(self.retests) == 1:
            return config
        return setting if len(self.configs) == 1 else f'{config}, {setting}'

    def _all(self) -> list[Run]:
        return [run for runs in self.runs.values() for run in runs]


def metrics_of(results: Results, wanted: Iterable[str] | None = None) -> list[str]:
    """Names of what was measured.

    Args:
        results: Of ``Suite.run``.
        wanted: Only these, in this order; None takes all. Default: None.

    Returns:
        The names.

    Raises:
        InputError: If one of those wanted was not measured in every run.
    """
    measured = [names for runs in results.values() for names in runs]
    common = [name for name in measured[0] if all(name in names for names in measured)]
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
        base: One of ``results``, to which the first column's differences are given, seed by seed. Default: None, no
            differences.

    Returns:
        A row each of ``results``, or a row a measurement where there are more of these.
    """
    names = metrics_of(results, columns)
    rows = [['', *names]]
    for group, runs in results.items():
        rows.append([group, *(_cell(_values(runs, name)) for name in names)])
    if base is not None and len(results) > 1:
        rows[0].append(f'{names[0]}, difference')
        for row, (group, runs) in zip(rows[1:], results.items(), strict=True):
            differences = _values(runs, names[0]) - _values(results[base], names[0])  # of the same seed
            by_seed = f' ({", ".join(f"{value:+.3f}" for value in differences)})' if len(differences) > 1 else ''
            row.append('' if group == base else f'{differences.mean():+.3f}{by_seed}')
    return transposed(rows) if len(names) > len(results) else rows


def write_comparison(suite: Suite, results: Results, name: str, columns: Iterable[str] | None = None) -> Path:
    """Write ``NAME.json`` (all that was measured), ``NAME.md`` and ``NAME.csv`` (the table) and ``NAME.png``.

    Args:
        suite: What was run.
        results: What its ``run`` gave.
        name: Of the files in the suite's folder.
        columns: As in ``compare``; the first is drawn.

    Returns:
        ``NAME.md``.
    """
    rows = compare(results, columns, base=next(iter(results)))
    path = suite.folder / name
    write_json(path.with_suffix('.json'), results, indent=1)
    draw_runs(suite.runs, results, metrics_of(results, columns)[0], path.with_suffix('.png'))
    write_text(path.with_suffix('.csv'), csv_table(rows))
    write_text(path.with_suffix('.md'), markdown_table(rows))
    return path.with_suffix('.md')


def _values(runs: list[Measurements], name: str) -> np.ndarray:
    return np.array([run[name] for run in runs])


def _cell(values: np.ndarray) -> str:
    """A mean, and the range where there are several seeds."""
    mean, least, largest = (shown(value, values) for value in (values.mean(), values.min(), values.max()))
    return mean if len(values) == 1 else f'{mean} ({least} to {largest})'


def _changed(run: Run, change: dict) -> Run:
    config = deepcopy(run.config)
    config.merge_from_dict(change)
    return replace(run, config=config)


def _progress(total: int) -> tqdm:
    return tqdm(
        total=total,
        unit='it',
        mininterval=0.2 if sys.stderr.isatty() else 5,
        bar_format='{desc} |{bar:20}| {percentage:3.0f} %, {elapsed} gone, {remaining} left{postfix}',
    )


def _tell(bar: tqdm, finished: int, log: TrainingLog) -> None:
    """Show how far a training is."""
    if log.iteration:
        last = max(log.evaluations, default=None)
        metrics = log.evaluations[last] if last is not None else {}
        scored = ''.join(f', {name} {value:.2f}' for name, value in list(metrics.items())[:1])
        bar.set_postfix_str(f'loss {log.losses[-1]:.4g}{scored}', refresh=False)
        bar.update(finished + log.iteration - bar.n)
