"""Checkpoints are read as data: nothing in them is executed.

mmengine's checkpoints hold, beside the weights, the training state (a ``HistoryBuffer`` a logged quantity, with NumPy
arrays in it). ``torch.load`` with ``weights_only=True`` refuses those unless they are declared safe, which importing
``pose_plugins`` does, and with them all that ``plain`` leaves in a checkpoint. That is all that resuming, testing and the
inferencer need with torch >= 2.6, where ``weights_only`` is the default.
"""

import pickle
import re
import struct
import types
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import torch

from ..utils.errors import InputError
from .stand_ins import FILLED, READABLE, settled, tensor_parts

DAMAGED = zipfile.BadZipFile, struct.error


def allow_training_state() -> None:
    """Declare the types of mmengine's training state safe for ``torch.load(..., weights_only=True)``."""
    if not _old_torch():
        torch.serialization.add_safe_globals([(value, name) for name, value in READABLE.items()])


def read_checkpoint(path: str | Path) -> dict[str, Any]:
    """Read a checkpoint onto the CPU without executing anything in it.

    Args:
        path: A local file, of PyTorch, or of safetensors if its name ends so.

    Returns:
        Its content.

    Raises:
        InputError: If there is no such file, it is damaged or no checkpoint, or it holds more than data, or if it is of
            safetensors and that is not installed.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f'{path}: no such checkpoint file')
    if path.suffix == '.safetensors':
        return _read_safetensors(path)
    options = dict(weights_only=False, pickle_module=_restricted_pickle()) if _old_torch() else dict(weights_only=True)
    try:
        _refuse_program(path)
        content = settled(torch.load(path, map_location='cpu', **options))
    except InputError:
        raise
    except pickle.UnpicklingError as error:
        unsafe = re.search(r'GLOBAL ([\w.]+)', str(error))
        if unsafe:
            raise InputError(
                f'{path}: refused, because it holds {unsafe[1]}, which is neither weights nor the state of '
                'a training run'
            ) from None
        raise InputError(f'{path}: damaged, or not a PyTorch checkpoint') from None
    except PermissionError:
        raise InputError(f'{path}: may not be read, its permissions forbid it') from None
    except (
        OSError,
        ArithmeticError,
        RuntimeError,
        EOFError,
        LookupError,
        ValueError,
        AttributeError,
        TypeError,
        AssertionError,
        *DAMAGED,
    ):
        # what torch's readers raise on cut off or foreign files
        raise InputError(f'{path}: damaged, or not a PyTorch checkpoint') from None
    if not isinstance(content, dict):
        raise InputError(f'{path}: holds a {type(content).__name__}, not a dict of weights')
    return content


def _read_safetensors(path: Path) -> dict[str, torch.Tensor]:
    try:
        from safetensors import SafetensorError
        from safetensors.torch import load_file
    except ImportError:
        raise InputError(f'{path}: is read with a package that is missing: pip install safetensors') from None
    try:
        return load_file(path)
    except PermissionError:
        raise InputError(f'{path}: may not be read, its permissions forbid it') from None
    except (SafetensorError, OSError):
        raise InputError(f'{path}: damaged, or not a safetensors file') from None


def weights_of(checkpoint: dict[str, Any]) -> dict[str, Any]:
    """The state dict in a checkpoint: under ``state_dict`` or ``model``, or the checkpoint itself."""
    for key in ('state_dict', 'model'):
        if isinstance(checkpoint.get(key), dict):
            return checkpoint[key]
    return checkpoint


def check_fit(
    model: torch.nn.Module, state_dict: dict[str, torch.Tensor], source: str | Path, limit: int | None = 3
) -> None:
    """Check that weights are those of a model, all of them and no others.

    Args:
        model: The model. A module of it with ``adapt_weights(state_dict, prefix)`` makes its weights fit before, or refuses
            them.
        state_dict: Name -> tensor.
        source: Where the weights came from, for the message.
        limit: How many keys of a kind the message names; None names all.

    Raises:
        InputError: Naming the keys that are missing, unexpected, misshapen, or of another kind than the model's: a weight is
            a floating point number of any precision, a counter a whole number.
    """
    wanted = model.state_dict()
    other_kind = [
        f'{key} is {_kind(state_dict[key])} instead of {_kind(value)}'
        for key, value in wanted.items()
        if key in state_dict and _kind(state_dict[key]) != _kind(value) and not _counts(key, state_dict[key])
    ]
    for name, module in model.named_modules():
        if hasattr(module, 'adapt_weights') and not other_kind:
            module.adapt_weights(state_dict, f'{name}.')
    missing = [key for key in wanted if key not in state_dict and not key.endswith('num_batches_tracked')]
    unexpected = [str(key) for key in state_dict if key not in wanted]
    misshapen = [
        f'{key} is {_shape(state_dict[key].shape)} instead of {_shape(value.shape)}'
        for key, value in wanted.items()
        if isinstance(state_dict.get(key), torch.Tensor) and state_dict[key].shape != value.shape
    ]
    kinds = dict(missing=missing, unexpected=unexpected, misshapen=misshapen)
    problems = [
        f'{len(keys)} {kind} ({", ".join(keys[:limit])}{", ..." if len(keys) > len(keys[:limit]) else ""})'
        for kind, keys in {**kinds, 'of another kind': other_kind}.items()
        if keys
    ]
    if problems:
        raise InputError(f'{source}: not a checkpoint of this model, keys: ' + '; '.join(problems))


def check_overlap(model: torch.nn.Module, state_dict: dict[str, torch.Tensor], source: str | Path) -> str:
    """Look how much of a checkpoint a model takes that is fine-tuned from it.

    Args:
        model: The model.
        state_dict: Name -> tensor.
        source: Where the weights came from, for the message.

    Returns:
        A line about the model's weights that the file has not, or has of another shape; nothing if it has all.

    Raises:
        InputError: If it has none, or one is of another kind than the model's or no number any more.
    """
    wanted = {key: value for key, value in model.state_dict().items() if not key.endswith('num_batches_tracked')}
    theirs = {key: state_dict[key] for key in wanted if key in state_dict}
    kinds = [
        f'{key} is {_kind(v)} instead of {_kind(wanted[key])}'
        for key, v in theirs.items()
        if _kind(v) != _kind(wanted[key])
    ]
    if kinds:
        raise InputError(f'{source}: {kinds[0]}')
    taken = {key: value for key, value in theirs.items() if value.shape == wanted[key].shape}
    if not taken:
        raise InputError(
            f'{source}: has none of the weights of this model, nothing of it would be learned from; it has '
            f'{", ".join(list(map(str, state_dict))[:3])}, the model {", ".join(list(wanted)[:3])}'
        )
    check_finite(taken, source)
    others = [
        f'{key} ({_shape(theirs[key].shape)} instead of {_shape(wanted[key].shape)})' if key in theirs else key
        for key in wanted
        if key not in taken
    ]
    more = ', ...' if len(others) > 3 else ''
    told = f'{source}: {len(taken)} of {len(wanted)} weights are taken, the others begin anew: {", ".join(others[:3])}{more}'
    return told if others else ''


def check_finite(state_dict: dict[str, torch.Tensor], source: str | Path) -> None:
    """Refuse weights that are no numbers any more, as a training leaves that diverged.

    Args:
        state_dict: Name -> tensor.
        source: Where the weights came from, for the message.

    Raises:
        InputError: Naming the first keys with NaN or infinity.
    """
    broken = [
        key
        for key, value in state_dict.items()
        if isinstance(value, torch.Tensor)
        and not torch.isfinite(value.float() if value.is_floating_point() else value).all()
    ]
    if broken:
        more = ', ...' if len(broken) > 3 else ''
        raise InputError(
            f'{source}: {len(broken)} of its weights hold NaN or infinity ({", ".join(broken[:3])}{more}), as of a training '
            'that diverged'
        )


def _counts(key: str, value: Any) -> bool:
    """Whether a weight is a counter of batches, which nothing computes with, of any real kind."""
    return key.endswith('num_batches_tracked') and _kind(value) in ('floating point', 'whole numbers')


def _kind(value: Any) -> str:
    """The kind of a weight."""
    if not isinstance(value, torch.Tensor):
        return 'text' if isinstance(value, str) else f'no tensor but a {type(value).__name__}'
    if value.is_floating_point():
        return 'floating point'
    if value.is_complex():
        return 'complex'
    return 'bool' if value.dtype == torch.bool else 'quantized' if value.is_quantized else 'whole numbers'


def _shape(size: torch.Size) -> str:
    return 'x'.join(map(str, size)) or 'a scalar'


def _old_torch() -> bool:
    """Before 2.6 ``weights_only`` is not the default and cannot be told what is safe by name."""
    return tuple(int(part) for part in torch.__version__.split('.')[:2]) < (2, 6)


def _refuse_program(path: Path) -> None:
    """Refuse what ``torch.jit.save`` wrote, which ``torch.load`` would let run in part."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if any(name.endswith('/constants.pkl') for name in archive.namelist()):
                raise InputError(f'{path}: refused, because it holds a program of TorchScript')


def _restricted_pickle() -> types.SimpleNamespace:
    """A pickle module that builds tensors and the training state and nothing else, for torch < 2.6."""
    allowed = {**tensor_parts(), **READABLE}
    fillable = *FILLED, OrderedDict, torch.Tensor, torch.nn.Parameter
    in_python: Any = pickle._Unpickler  # type: ignore[attr-defined]  # whose steps can be checked

    class Unpickler(in_python):
        def find_class(self, module: str, name: str) -> Any:
            full = f'{module}.{name}'.replace('__builtin__', 'builtins')
            if full not in allowed:
                raise pickle.UnpicklingError(f'Unsupported global: GLOBAL {full}')
            return allowed[full]

        def load_build(self) -> None:
            """Fill what was made: not a function or class, of which pickle would set any attribute."""
            if type(self.stack[-2]) not in fillable:
                raise pickle.UnpicklingError(f'cannot fill {type(self.stack[-2])}')
            super().load_build()

        dispatch = {**in_python.dispatch, pickle.BUILD[0]: load_build}

    return types.SimpleNamespace(
        __name__='restricted pickle', Unpickler=Unpickler, load=lambda f, **kw: Unpickler(f, **kw).load()
    )
