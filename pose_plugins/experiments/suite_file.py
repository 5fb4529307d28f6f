"""Reads suite files: which configs are compared, on which data, with how many samples, which seeds, and by what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from ..config import config_dir, load_config
from ..utils.arguments import at_least
from ..utils.errors import InputError, similar
from .suite import BASE


@dataclass(frozen=True)
class Claim:
    """A published claim that runs of a suite can be held against.

    Attributes:
        text: The claim in words.
        source: Paper and table or section.
        published: The paper's difference, with its unit; a text, as it is of other networks, data and metrics.
        better, worse: Names of ``settings``, ``retests`` or ``configs`` of which the paper finds one better.
        config: Of which config, where the suite has several and they are told apart by settings.
    """

    text: str
    source: str
    published: str
    better: str
    worse: str
    config: str | None = None


@dataclass(frozen=True)
class SuiteFile:
    """A suite as its file describes it.

    Attributes:
        path: The file.
        title: One line.
        configs: Name -> config, from the folder of configs on.
        data: Folder that must be there -> command that makes it.
        metric: The measurement that counts most, as the evaluators name it.
        about: A paragraph for the report.
        settings, retests, seeds, samples, options: As in ``Suite``.
        claims: Published claims that are looked at.
        published: Published figures: rows of method, network, data, metric, value and source.
    """

    path: Path
    title: str
    configs: dict[str, Path]
    data: dict[str, str]
    metric: str
    about: str = ''
    settings: dict[str, dict] = field(default_factory=lambda: {BASE: {}})
    retests: dict[str, dict] = field(default_factory=dict)
    seeds: tuple[int, ...] = (0,)
    samples: int | None = None
    options: dict[str, Any] = field(default_factory=dict)
    claims: tuple[Claim, ...] = ()
    published: tuple[tuple[str, ...], ...] = ()

    @property
    def name(self) -> str:
        """The file's, without its ending."""
        return self.path.stem


def load_suite(path: str | Path) -> SuiteFile:
    """Read a suite file, which is written as a config is.

    Args:
        path: Its name, or that of one of the package's in ``suites/``, also without ``.py``.

    Returns:
        The suite.

    Raises:
        InputError: If there is no such file, or something in it is missing, unknown or of the wrong kind.
    """
    path = _found(Path(path))
    content = load_config(path).to_dict()
    known = {each.name for each in fields(SuiteFile)} - {'path'}
    for name in content:
        if name not in known:
            raise InputError(
                f'{path}: {name} is no part of a suite{similar(name, known) or "; " + ", ".join(sorted(known))}'
            )
    for name in ('title', 'configs', 'data', 'metric'):
        if name not in content:
            raise InputError(f'{path}: {name} is missing')
    for name, kind in KINDS.items():
        if name in content and (not isinstance(content[name], kind) or isinstance(content[name], bool)):
            raise InputError(f'{path}: {name} is {content[name]!r}; it must be {KIND_NAMES[kind]}')
    if not content['configs']:
        raise InputError(f'{path}: configs names none')
    if not content.get('seeds', [0]) or any(type(seed) is not int or seed < 0 for seed in content.get('seeds', ())):
        raise InputError(f'{path}: seeds is {content["seeds"]}; it must be a list of whole numbers, 0 or more')
    at_least(1, **{f'{path}: samples': content.get('samples', 1)})
    content['configs'] = {name: _config_path(path, name, file) for name, file in content['configs'].items()}
    content['claims'] = tuple(_claim(path, claim) for claim in content.get('claims', ()))
    content['published'] = tuple(tuple(map(str, row)) for row in content.get('published', ()))
    content['seeds'] = tuple(content.get('seeds', (0,)))
    suite = SuiteFile(path, **content)
    _check_claims(suite)
    return suite


KINDS: dict[str, type | tuple[type, ...]] = {
    'title': str,
    'about': str,
    'metric': str,
    'configs': dict,
    'data': dict,
    'settings': dict,
    'retests': dict,
    'options': dict,
    'seeds': (list, tuple),
    'claims': (list, tuple),
    'published': (list, tuple),
    'samples': int,
}
KIND_NAMES = {str: 'a text', dict: 'a dict', int: 'a whole number', (list, tuple): 'a list'}


def suite_dir() -> Path:
    """The folder of the package's suites, beside that of its configs."""
    return config_dir().parent / 'suites'


def check_data_folders(suite: SuiteFile) -> None:
    """Refuse to begin without data.

    Raises:
        InputError: Naming the folder that is missing, and the command that makes it.
    """
    for folder, command in suite.data.items():
        if not Path(folder).is_dir():
            raise InputError(f'{folder}: the data of {suite.path.name} is missing; make it with: {command}')


def _found(path: Path) -> Path:
    """A suite's file, by its own name or that of one of the package's."""
    named = path if path.suffix == '.py' else path.with_name(f'{path.name}.py')
    for place in (path, named, suite_dir() / named, suite_dir().parent / named):
        if place.is_file():
            return place
    known = [file.relative_to(suite_dir()).with_suffix('').as_posix() for file in sorted(suite_dir().rglob('*.py'))]
    raise InputError(f'{path}: no such suite; there are {", ".join(known)}')


def _config_path(suite: Path, name: str, file: Any) -> Path:
    """A config that a suite names, from the package's configs on or beside the suite."""
    for folder in (config_dir(), suite.parent):
        if isinstance(file, str) and (folder / file).is_file():
            return folder / file
    names = [path.relative_to(config_dir()).as_posix() for path in config_dir().rglob('*.py')]
    raise InputError(f'{suite}: configs.{name}: there is no config {file}{similar(str(file), names)}')


def _claim(path: Path, claim: Any) -> Claim:
    names = {each.name for each in fields(Claim)}
    if not isinstance(claim, Mapping) or not names - {'config'} <= claim.keys() <= names:
        raise InputError(
            f'{path}: claims: each must have {", ".join(sorted(names - {"config"}))}, and {claim!r} has not'
        )
    config = claim.get('config')
    texts = {name: str(value) for name, value in claim.items() if name != 'config'}
    return Claim(**texts, config=None if config is None else str(config))


def _check_claims(suite: SuiteFile) -> None:
    """Refuse claims about what is not run."""
    groups: Sequence[str] = [*suite.settings, *suite.retests, *suite.configs]
    for claim in suite.claims:
        for name in (claim.better, claim.worse):
            if name not in groups:
                raise InputError(f'{suite.path}: claims: {name} is none of {", ".join(groups)}')
        if claim.config is not None and claim.config not in suite.configs:
            raise InputError(f'{suite.path}: claims: {claim.config} is none of the configs')
