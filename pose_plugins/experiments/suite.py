"""Configs x settings x seeds: trained one after the other, and measured alike."""

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from mmengine.config import Config
from tqdm import tqdm

from ..config import failures_explained, load_config
from ..datasets.explain import records_explained
from ..utils.errors import InputError
from ..utils.files import only_user, told_when_unwritable
from .budget import samples_per_epoch, within_budget
from .logs import TrainingLog
from .measure import measure
from .runs import Measurements, Run
from .workers import TakenError, at_work
from .written import WrittenFiles

BASE = 'as configured'

Results = dict[str, list[Measurements]]


@dataclass
class Suite:
    """Trainings that are to be compared.

    Attributes:
        folder: Where trainings and results go. One suite at a time works in it.
        configs: Name -> config file.
        settings: Name -> what is merged into the config, as ``--cfg-options``; by default nothing, ``BASE``.
        seeds: One training each; None leaves the config's own.
        retests: Name -> settings with which the models of each config's first settings are measured once more.
        options: What is merged into all configs.
        samples: How many samples each training sees, whatever its config says; None leaves that to the configs.
        processes: Of each training, one a GPU.
        shared: Whether other commands may be at work in the folder, on this or other machines: what they have begun is left
            to them.
        measure: Measures a trained run.
        files: What is written into the folder about all of them.
        runs: The trainings, one a seed, by the name of config and settings, which is as short as they can be told apart.
    """

    folder: Path
    configs: dict[str, Path]
    settings: dict[str, dict] = field(default_factory=lambda: {BASE: {}})
    seeds: Sequence[int | None] = (None,)
    retests: dict[str, dict] = field(default_factory=dict)
    options: dict = field(default_factory=dict)
    samples: int | None = None
    processes: int = 1
    shared: bool = False
    measure: Callable[[Run], Measurements] = measure
    runs: dict[str, list[Run]] = field(init=False)
    files: WrittenFiles = field(init=False)

    def __post_init__(self) -> None:
        if not self.seeds:
            raise InputError('seeds: at least one is needed')
        if taken := self.settings.keys() & self.retests.keys():
            raise InputError(f'{", ".join(taken)}: a name is given twice')
        self.runs, self._retests = {}, {}
        for config, path in self.configs.items():
            for setting, change in self.settings.items():
                trained = [self._run(config, setting, path, change, seed) for seed in self.seeds]
                self.runs[self._group(config, setting)] = trained
            first = self.runs[self._group(config, next(iter(self.settings)))]
            for retest, change in self.retests.items():
                self._retests[self._group(config, retest)] = [_changed(run, change) for run in first]
        by_folder: dict[str, str] = {}
        for run in self._all():
            if (place := os.path.realpath(run.folder)) in by_folder:
                raise InputError(f'{by_folder[place]} and {run.name}: would share the folder {run.folder}')
            by_folder[place] = run.name
        self.files = WrittenFiles(self.folder)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other commands out of the suite's folder, which is made if need be.

        Raises:
            InputError: If another one works there, or it holds files that none left.
        """
        with told_when_unwritable(self.folder):
            new = self.folder.is_dir() and not (self.folder / '.lock').exists()
            foreign = (
                [path.name for path in self.folder.iterdir() if not path.is_dir() and path.name[0] != '.']
                if new
                else []
            )
        if foreign:
            raise InputError(
                f'{self.folder}: holds {foreign[0]}, which no command of this kind left there; give another folder'
            )
        with only_user(self.folder):
            try:
                yield
            except KeyboardInterrupt:
                print(f'{self.folder}: what is done is kept, the same command goes on from here', file=sys.stderr)
                raise

    def run(self) -> Results:
        """Train and measure everything; what is done stays, what has begun goes on. To be called within ``locked``.

        Returns:
            Measurements of every seed, by the name of config and settings; in a shared folder without runs that others are
            at.

        Raises:
            InputError: If a config cannot work, its data is not there or cannot be read, somebody has files in a run's
                folder, or a training fails.
        """
        with failures_explained(), records_explained():
            self.check()
            for run in self._all():
                run.claim()
            self._train_all()
            self._test_again()
            return {group: list(of_seeds.values()) for group, of_seeds in self.finished().items()}

    @property
    def every(self) -> dict[str, list[Run]]:
        """The trainings and the tests with other settings."""
        return {**self.runs, **self._retests}

    def finished(self) -> dict[str, dict[int | None, Measurements]]:
        """Measurements of what is done, tests with other settings included, by group and seed."""
        done = {group: [run for run in runs if run.current] for group, runs in self.every.items()}
        return {group: {run.seed: run.result(self.measure) for run in runs} for group, runs in done.items() if runs}

    def check(self) -> None:
        """Refuse what cannot work, before anything is written; errors as in ``run``."""
        for run in [*self._all(), *(run for retests in self._retests.values() for run in retests)]:
            run.fingerprint  # noqa: B018
        for run in self._all():
            run.check_folder()

    def _train_all(self) -> None:
        every = self._all()
        # of a training that is done its log tells, without a look at its data
        lengths = [run.log.iteration if run.done else run.iterations for run in every]
        finished = 0
        with _progress(sum(lengths)) as bar:
            for number, (run, length) in enumerate(zip(every, lengths, strict=True), start=1):
                bar.set_description_str(f'[{number}/{len(lengths)}] {run.name}')
                bar.initial += run.log.iteration  # counts as done, not as speed
                bar.update(finished + run.log.iteration - bar.n)
                if not run.done:
                    self._train(run, partial(_tell, bar, finished))
                finished += length
                bar.update(finished - bar.n)

    def _train(self, run: Run, told: Callable[[TrainingLog], None]) -> None:
        """Train and measure a run, unless somebody else is at it."""
        try:
            with at_work(run.folder):
                if not run.done:  # by somebody else a moment ago
                    if not run.retest:
                        run.train(told)
                    run.result(self.measure)
        except TakenError as worker:
            if not self.shared:
                raise InputError(
                    f'{run.folder}: {worker} is at work there; wait for it, or give another folder'
                ) from None
            tqdm.write(f'{run.name}: left to {worker}', file=sys.stderr)

    def _test_again(self) -> None:
        """Test the trained models with other settings."""
        trained = {run.folder for run in self._all() if run.current}
        for group, retests in self._retests.items():
            for run in tqdm(retests, f'testing with {group}'):
                if run.folder in trained and not run.done:
                    self._train(run, lambda log: None)

    def _run(self, config: str, setting: str, path: Path, change: dict, seed: int | None) -> Run:
        group = self._group(config, setting)
        # the same whatever else is in the suite, so that what is done stays done when something joins it
        parts = [config, *([] if setting == BASE else [setting]), *([] if seed is None else [f'seed-{seed}'])]
        folder = self.folder / '_'.join(re.sub(r'[^\w.+-]+', '-', part).lstrip('.') for part in parts)
        name = group if seed is None else f'{group}, seed {seed}'
        return Run(name, self._config(path, change), folder, seed, self.processes)

    def _config(self, path: Path, change: dict) -> Config:
        """A config with settings, as long as the budget says."""
        loaded = load_config(path, {**self.options, **change})
        if self.samples is None:
            return loaded
        return within_budget(loaded, self.samples, samples_per_epoch(loaded))

    def _group(self, config: str, setting: str) -> str:
        if len(self.settings) + len(self.retests) == 1:
            return config
        return setting if len(self.configs) == 1 else f'{config}, {setting}'

    def _all(self) -> list[Run]:
        """Seed by seed, so that what is done early can be compared."""
        return [run for of_seed in zip(*self.runs.values(), strict=True) for run in of_seed]


def _changed(run: Run, change: dict) -> Run:
    config = deepcopy(run.config)
    config.merge_from_dict(deepcopy(change))
    return replace(run, config=config, retest_of=run)


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
