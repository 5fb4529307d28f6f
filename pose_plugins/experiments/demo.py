"""The demo: a small model of every method, trained on synthetic people and reported on equal terms."""

import os
import time
from pathlib import Path

from ..synthetic import generate
from ..utils.arguments import at_least
from ..utils.errors import InputError
from .report import report_files, write_report
from .suite import Suite

SEED = 0  # so that everybody's demo comes to the same but for rounding: AlphaPose's AP differs by 0.08 between seeds


def run_demo(
    configs: Path,
    work_dir: str | Path,
    data_root: str | Path = 'data/synthetic/coco',
    people: tuple[int, int] = (5000, 300),
    methods: list[str] | None = None,
    options: dict | None = None,
) -> Path:
    """Generate people, train and measure every method, report; what an interrupted call did stays done.

    Args:
        configs: The folder of configs; each ``METHOD/*_synthetic-*.py`` in it is trained.
        work_dir: Where trainings and the report go.
        data_root: Where the synthetic people are or will be.
        people: How many to generate for training and for testing.
        methods: Only these; None takes all that have such a config.
        options: Settings merged into every config, as ``--cfg-options``; ``randomness.seed`` is among them if it is not 0.

    Returns:
        The report.

    Raises:
        InputError: If there is no such method, a folder holds something else, or both are the same.
    """
    start = time.time()
    at_least(1, people=min(people))
    if os.path.realpath(work_dir) == os.path.realpath(data_root):
        raise InputError(f'{work_dir}: people and trainings need a folder each')
    data = {f'{loader}_dataloader.dataset.data_root': f'{Path(data_root)}/' for loader in ('train', 'val', 'test')}
    options = {'randomness.seed': SEED, **(options or {}), **data}
    suite = Suite(Path(work_dir), find_methods(Path(configs), methods), options=options)
    with suite.locked():
        suite.files.check(report_files(suite))
        print(f'1/3 people: {people[0]} to train on and {people[1]} held out, in {data_root}', flush=True)
        generate(data_root, 'coco', people)
        print(f'2/3 training and measuring {", ".join(suite.runs)}', flush=True)
        results = suite.run()
        print('3/3 report', flush=True)
        report = write_report(suite, results)
    print(f'done in {(time.time() - start) / 60:.1f} min: {report}', flush=True)
    return report


def find_methods(configs: Path, wanted: list[str] | None = None) -> dict[str, Path]:
    """The synthetic config of each method.

    Args:
        configs: Folder with one folder a method.
        wanted: Only these; None takes all.

    Returns:
        Method -> config file.

    Raises:
        InputError: If a wanted method is unknown or has no such config, or one has several.
    """
    found: dict[str, Path] = {}
    for path in sorted(configs.glob('*/*_synthetic-*.py')):
        name = path.parent.name
        if name in found:
            raise InputError(
                f'{configs / name} has several synthetic configs: {found[name].name}, {path.name}; '
                'variants belong in a folder below'
            )
        found[name] = path
    missing = [name for name in wanted or () if name not in found]
    if missing or not found:
        raise InputError(
            f'no synthetic config of {", ".join(missing) or "any method"} in {configs}: there is '
            f'{", ".join(found) or "none"}'
        )
    return {name: path for name, path in found.items() if not wanted or name in wanted}
