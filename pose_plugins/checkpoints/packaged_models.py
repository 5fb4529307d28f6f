"""Models that come with the package: half-precision weights in its data, checked against what was written down of them."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from ..utils.errors import InputError, similar
from ..utils.files import whole_file, write_json
from .safe import read_checkpoint

FOLDER = Path(__file__).parent / 'packaged'
INDEX = 'models.json'
LARGEST = 6_000_000  # bytes of a model, as everybody who installs the package gets it


@dataclass(frozen=True)
class PackagedModel:
    """A model that comes with the package.

    Attributes:
        name: By which it is loaded.
        description: A line.
        config: From the package's folder of configs on; the README beside it is the model's card.
        sha256: Of the file with its weights, ``NAME.safetensors``.
    """

    name: str
    description: str
    config: str
    sha256: str

    @property
    def source(self) -> str:
        """Its weights, as ``init_cfg`` and ``load_from`` name them."""
        return f'pose_plugins://{self.name}'


def packaged_models(folder: Path | None = None) -> dict[str, PackagedModel]:
    """All of them, by name."""
    path = (folder or FOLDER) / INDEX
    return (
        {name: PackagedModel(name, **facts) for name, facts in json.loads(path.read_text()).items()}
        if path.exists()
        else {}
    )


def read_packaged(name: str, folder: Path | None = None) -> dict[str, torch.Tensor]:
    """The weights of a packaged model.

    Args:
        name: Its name.
        folder: Where packaged models lie.

    Returns:
        Its state dict, in float32.

    Raises:
        InputError: If there is none of that name, or its file is missing or not the one that was packaged.
    """
    known = packaged_models(folder)
    if name not in known:
        raise InputError(f'{name}: no such packaged model{similar(name, known) or "; there are " + ", ".join(known)}')
    path = _file(name, folder)
    if not path.is_file():
        raise InputError(f'{path}: is missing; install the package again')
    if _digest(path) != known[name].sha256:
        raise InputError(
            f'{path}: is not the file that was packaged, its SHA-256 is not {known[name].sha256}; install the package again'
        )
    return {key: value.float() if value.is_floating_point() else value for key, value in read_checkpoint(path).items()}


def add_packaged(
    name: str, description: str, config: str, state: dict[str, torch.Tensor], folder: Path | None = None
) -> Path:
    """Package a model.

    Args:
        name: By which it is loaded: small letters, digits and hyphens.
        description: A line.
        config: From the package's folder of configs on.
        state: Its weights. Matrices and kernels become half precision; vectors, as those of batch norms, stay as they are.
        folder: Where packaged models lie.

    Returns:
        The file of weights.

    Raises:
        InputError: If the name is none, weights are too large for half precision, the file would be larger than ``LARGEST``,
            or it cannot be written.
    """
    from safetensors.torch import save_file

    if not name or not set(name) <= set('abcdefghijklmnopqrstuvwxyz0123456789-'):
        raise InputError(f'{name}: a packaged model is named by small letters, digits and hyphens')
    halves = {}
    for key, value in state.items():
        large = value.is_floating_point() and value.ndim > 1
        halves[key] = (value.half() if large else value).contiguous()
        if value.is_floating_point() and not torch.isfinite(halves[key]).all():
            raise InputError(f'{key}: is not finite in half precision')
    path = _file(name, folder)
    with whole_file(path, durable=True) as partial:
        save_file(halves, partial)
        partial.chmod(0o644)  # safetensors' own lets the owner read it only, who installs it may be another
        if (size := partial.stat().st_size) > LARGEST:
            raise InputError(
                f'{path}: would have {size / 1e6:.1f} MB; a packaged model has at most {LARGEST / 1e6:g} MB'
            )
    added = PackagedModel(name, description, config, _digest(path))
    index = {each.name: asdict(each) for each in [*packaged_models(folder).values(), added]}
    for facts in index.values():
        del facts['name']
    write_json(path.with_name(INDEX), dict(sorted(index.items())), indent=1)
    return path


def _file(name: str, folder: Path | None) -> Path:
    return (folder or FOLDER) / f'{name}.safetensors'


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
