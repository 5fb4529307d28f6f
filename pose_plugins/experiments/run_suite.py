"""Runs a suite file: what is missing is trained and measured, then reported."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..utils.arguments import at_least
from ..utils.errors import InputError, similar
from .measure import measure_people
from .suite import Results, Suite
from .suite_file import SuiteFile, check_data_folders


def suite_of(
    file: SuiteFile,
    work_dir: str | Path | None = None,
    only: Sequence[str] | None = None,
    seeds: Sequence[int] | None = None,
    samples: int | None = None,
    options: dict[str, Any] | None = None,
) -> Suite:
    """The trainings that a suite file describes.

    Args:
        file: The suite file.
        work_dir: Where trainings and the report go; ``work_dirs/NAME`` by default.
        only: Names of its configs, or settings; all by default.
        seeds: Instead of those of the file.
        samples: Instead of the file's budget.
        options: Merged into every config after the file's own.

    Returns:
        The suite, which other commands may share.

    Raises:
        InputError: If ``only`` names what is not in the file, or the data or a config's part of it is missing.
    """
    named = {**file.configs, **file.settings}
    for name in only or ():
        if name not in named:
            raise InputError(f'{file.path}: {name} is none of its configs{similar(name, named) or ": " + ", ".join(named)}')
    if samples is not None:
        at_least(1, samples=samples)
    check_data_folders(file)
    wanted = set(only or named)
    return Suite(
        Path(work_dir or Path('work_dirs') / file.name),
        {name: path for name, path in file.configs.items() if name in wanted} or file.configs,
        {name: change for name, change in file.settings.items() if name in wanted} or file.settings,
        tuple(file.seeds if seeds is None else seeds),
        file.retests,
        {**file.options, **(options or {})},
        file.samples if samples is None else samples,
        shared=True,
        measure=measure_people,
    )


def run_suite(file: SuiteFile, suite: Suite) -> Results:
    """Train and measure what nobody else is at."""
    suite.folder.mkdir(parents=True, exist_ok=True)
    return suite.run()
