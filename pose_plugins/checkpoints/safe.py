"""Checkpoints are read as data: nothing in them is executed.

mmengine's checkpoints hold, beside the weights, the training state (a ``HistoryBuffer`` a logged quantity, with NumPy
arrays in it). ``torch.load`` with ``weights_only=True`` refuses those unless they are declared safe, which importing
``pose_plugins`` does. That is all that resuming, testing and the inferencer need with torch >= 2.6, where
``weights_only`` is the default.
"""

import codecs
import pickle
import re
import types
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.logging import HistoryBuffer

from ..utils.errors import InputError


def _history_buffer_method(owner: Any, name: str) -> Any:
    """Stands in for ``getattr``, which is how pickle writes down the statistics methods of a HistoryBuffer."""
    if owner is not HistoryBuffer or name.startswith('_'):
        raise pickle.UnpicklingError(f'Unsupported global: GLOBAL builtins.getattr of {name!r}')
    return getattr(owner, name)


# the functions by which NumPy writes arrays and numbers down; where they are defined depends on its version
_NUMPY = {'_reconstruct': np.zeros(0).__reduce__()[0], 'scalar': np.float64(0).__reduce__()[0]}
# the parts of mmengine's training state: the name in the file, which NumPy 1 and 2 write differently -> what it stands for
TRAINING_STATE: dict[str, Any] = {
    'mmengine.logging.history_buffer.HistoryBuffer': HistoryBuffer,
    'builtins.getattr': _history_buffer_method,
    'numpy.ndarray': np.ndarray,
    'numpy.dtype': np.dtype,
    **{f'numpy.{core}.multiarray.{name}': function for core in ('core', '_core') for name, function in _NUMPY.items()},
}
_DTYPES = [type(np.dtype(kind)) for kind in '?bBhHiIlLqQefd']  # all booleans, integers and floats


def allow_training_state() -> None:
    """Declare the types of mmengine's training state safe for ``torch.load(..., weights_only=True)``."""
    if _old_torch():
        return
    named = ((value, name) for name, value in TRAINING_STATE.items())
    torch.serialization.add_safe_globals([*named, *_DTYPES])


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
        content = torch.load(path, map_location='cpu', **options)
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
    except (OSError, RuntimeError, EOFError, KeyError, ValueError, AttributeError, IndexError, TypeError):
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
        InputError: Naming the missing, unexpected and misshapen keys.
    """
    for name, module in model.named_modules():
        if hasattr(module, 'adapt_weights'):
            module.adapt_weights(state_dict, f'{name}.')
    wanted = {key: value.shape for key, value in model.state_dict().items()}
    missing = [key for key in wanted if key not in state_dict and not key.endswith('num_batches_tracked')]
    unexpected = [key for key in state_dict if key not in wanted]
    misshapen = [
        f'{key} is {_shape(state_dict[key].shape)} instead of {_shape(shape)}'
        for key, shape in wanted.items()
        if key in state_dict and state_dict[key].shape != shape
    ]
    problems = [
        f'{len(keys)} {kind} ({", ".join(keys[:limit])}{", ..." if len(keys) > len(keys[:limit]) else ""})'
        for kind, keys in (('missing', missing), ('unexpected', unexpected), ('misshapen', misshapen))
        if keys
    ]
    if problems:
        raise InputError(f'{source}: not a checkpoint of this model, keys: ' + '; '.join(problems))


def _shape(size: torch.Size) -> str:
    return 'x'.join(map(str, size)) or 'a scalar'


def _old_torch() -> bool:
    """Before 2.6 ``weights_only`` is not the default and cannot be told what is safe by name."""
    return tuple(int(part) for part in torch.__version__.split('.')[:2]) < (2, 6)


def _restricted_pickle() -> types.SimpleNamespace:
    """A pickle module that builds tensors and the training state and nothing else, for torch < 2.6."""
    allowed = {
        '_codecs.encode': codecs.encode,
        **TRAINING_STATE,
        **{f'{t.__module__}.{t.__name__}': t for t in _DTYPES},
    }

    class Unpickler(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            full = f'{module}.{name}'.replace('__builtin__', 'builtins')
            if full in allowed:
                return allowed[full]
            if (
                module in ('torch', 'torch._utils')
                and (name.startswith('_rebuild_') or isinstance(getattr(torch, name, None), (type, torch.dtype)))
            ) or full == 'collections.OrderedDict':
                return super().find_class(module, name)
            raise pickle.UnpicklingError(f'Unsupported global: GLOBAL {full}')

    return types.SimpleNamespace(
        __name__='restricted pickle', Unpickler=Unpickler, load=lambda f, **kw: Unpickler(f, **kw).load()
    )
