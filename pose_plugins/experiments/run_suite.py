"""Runs a suite file: what is missing is trained and measured, and all of it reported."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from ..utils.arguments import at_least
from ..utils.errors import InputError, similar
from .measure import measure_people
from .suite import Suite
from .suite_file import SuiteFile, check_data_folders
from .suite_report import check_report_files, write_suite_report

Part = TypeVar('Part')


def part_of_suite(
    file: SuiteFile,
    only: Sequence[str] | None = None,
    seeds: Sequence[int] | None = None,
    samples: int | None = None,
    options: Mapping[str, Any] | None = None,
) -> SuiteFile:
    """A part of a suite, or the same with another budget.

    Args:
        file: The suite file.
        only: Names of its configs, its settings, or both; all by default.
        seeds: Instead of those of the file.
        samples: Instead of the file's budget.
        options: Merged into every config after the file's own.

    Returns:
        A changed copy.

    Raises:
        InputError: If ``only`` names what is not in the file, or a seed or the budget is out of range.
    """
    named = [*file.configs, *file.settings]
    for name in only or ():
        if name not in named:
            known = similar(name, named) or f'; there are {", ".join(named)}'
            raise InputError(f'{file.path}: {name} is none of its configs or settings{known}')
    at_least(0, **{f'seeds: {seed}': seed for seed in seeds or ()})
    at_least(1, samples=1 if samples is None else samples)
    settings = _chosen(file.settings, only)
    return replace(
        file,
        configs=_chosen(file.configs, only),
        settings=settings,
        # of the models of the first settings
        retests=file.retests if next(iter(file.settings)) in settings else {},
        seeds=file.seeds if seeds is None else tuple(seeds),
        samples=file.samples if samples is None else samples,
        options={**file.options, **(options or {})},
    )


def _chosen(every: dict[str, Part], only: Sequence[str] | None) -> dict[str, Part]:
    """Those that are named; all where none is."""
    return {name: part for name, part in every.items() if name in (only or ())} or every


def default_folder(file: SuiteFile) -> Path:
    """Where trainings and the report of a suite go unless the user says otherwise."""
    return Path('work_dirs') / file.name


def run_suite(file: SuiteFile, folder: Path, whole: SuiteFile | None = None, processes: int = 1) -> Path | None:
    """Train and measure what is missing and nobody else is at; whoever ends last writes the report.

    Args:
        file: The suite file, or a part of it.
        folder: Where trainings and the report go; commands on other machines may share it.
        whole: All of the suite, which is reported; ``file`` by default.
        processes: Of each training, one a GPU.

    Returns:
        ``report.html``; None if some of it is not done yet.

    Raises:
        InputError: As ``Suite.run`` and ``report_suite``, or if data is missing or a config does not fit the suite.
    """
    at_least(1, processes=processes)
    suite = _suite_of(file, folder, processes)
    check_report_files(suite)
    suite.run()
    whole = whole or file
    every = [run for runs in _suite_of(whole, folder).every.values() for run in runs]
    done = sum(run.current for run in every)
    if done < len(every):
        print(f'{done} of {len(every)} trainings and tests of {file.name} are done; --report writes a report of these')
        return None
    path = report_suite(whole, folder)
    print(path)
    return path


def report_suite(file: SuiteFile, folder: Path) -> Path:
    """Write the report of what is done.

    Args:
        file: The suite file, or a part of it.
        folder: Where the trainings are.

    Returns:
        ``report.html``.

    Raises:
        InputError: As ``write_suite_report``, or if data is missing, or another command writes the report.
    """
    suite = _suite_of(file, folder)
    with suite.locked():
        return write_suite_report(file, suite)


def _suite_of(file: SuiteFile, folder: Path, processes: int = 1) -> Suite:
    """The trainings of a suite file."""
    check_data_folders(file)
    return Suite(
        folder,
        file.configs,
        file.settings,
        file.seeds,
        file.retests,
        file.options,
        file.samples,
        processes,
        shared=True,
        measure=measure_people,
    )
