"""Models by name: those that come with the package, and the configs of the package with weights of the user's."""

from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from ..config import config_dir
from ..utils.errors import InputError, similar
from .download import cached_path
from .packaged_models import packaged_models


class FoundModel(NamedTuple):
    """A config and the weights that belong to it.

    Attributes:
        config: Its config's file.
        weights: A file, or an address as in ``init_cfg``.
    """

    config: Path
    weights: str


def find_model(name: str | Path, checkpoint: str | Path | None = None) -> FoundModel:
    """Find a model.

    Args:
        name: A config's file, the name of a packaged model, or that of one of the package's configs, without ``.py``.
        checkpoint: Its weights; by default those that come with the package, or ``NAME.pth`` or ``NAME.safetensors`` where
            downloads lie.

    Returns:
        The config and its weights.

    Raises:
        InputError: If there is nothing of that name, or its weights are not known.
    """
    known = packaged_models()
    configs = {path.stem: path for path in sorted(config_dir().rglob('*.py')) if '_base_' not in path.parts}
    if str(name) in known:
        packaged = known[str(name)]
        return FoundModel(config_dir() / packaged.config, str(checkpoint or packaged.source))
    if Path(name).is_file():
        config = Path(name)
    elif str(name) in configs:
        config = configs[str(name)]
    else:
        near = similar(str(name), [*known, *configs]) or f'; packaged ones are {", ".join(known)}'
        raise InputError(f'{name}: no such model or config{near}')
    if checkpoint is not None:
        return FoundModel(config, str(checkpoint))
    places = [cached_path(f'{config.stem}{suffix}') for suffix in ('.pth', '.safetensors')]
    for place in places:
        if place.is_file():
            return FoundModel(config, str(place))
    raise InputError(f'{name}: give its weights, or put them to {places[0]}')


def list_models(pattern: str = '*') -> dict[str, str]:
    """Names that ``find_model`` knows without a file: packaged models, then configs.

    Args:
        pattern: With ``*`` for anything, such as ``*poseur*``; by default all.

    Returns:
        Name -> a line: what the packaged model is, or the config's file.
    """
    models = {name: model.description for name, model in packaged_models().items()}
    for path in sorted(config_dir().rglob('*.py')):
        if '_base_' not in path.parts:
            models.setdefault(path.stem, path.relative_to(config_dir()).as_posix())
    return {name: line for name, line in models.items() if fnmatch(name, pattern)}
