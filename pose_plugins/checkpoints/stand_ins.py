"""Stands in for what a checkpoint's pickle may name: whatever a file does with it, plain data is all that comes of it.

A pickle names functions and classes, calls them, and fills what they give. Each name of ``READABLE`` is answered by
something of this module that can do no more than to make a value; the types themselves are not handed out where they could
do harm. NumPy's ``dtype`` takes flags from a file that break NumPy's memory, mmengine's ``HistoryBuffer`` takes methods for
all buffers of the process, ``bytes(n)`` takes any amount of memory.
"""

import codecs
import pathlib
import re
from collections import Counter, OrderedDict
from collections.abc import Iterable
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from mmengine.logging import HistoryBuffer

_NUMPY_SCALAR = np.float64(0).__reduce__()[0]


class Dtype:
    """A NumPy dtype as a pickle tells of it, see ``numpy.dtype.__reduce__``."""

    def __init__(self, code: str, align: bool = False, copy: bool = True) -> None:
        if not isinstance(code, str) or not re.fullmatch(r'[biufcSUVOmM]\d{1,9}', code):
            raise UnpicklingError(f'no dtype: {code!r}')
        self.code = code
        self._state: tuple = ()

    def __setstate__(self, state: tuple) -> None:
        self._state = state

    def made(self) -> np.dtype:
        """The dtype, made by NumPy from its name, byte order, unit and fields and from nothing else of the file."""
        _, order, subarray, names, fields, size, *_ = self._state or (3, '|', None, None, None, -1)
        if subarray is not None:
            return np.dtype((subarray[0].made(), tuple(subarray[1])))
        if names is not None:
            formats, offsets = [fields[name][0].made() for name in names], [fields[name][1] for name in names]
            return np.dtype(dict(names=list(names), formats=formats, offsets=offsets, itemsize=size))
        dtype = np.dtype(self.code)
        if dtype.kind in 'mM' and len(self._state) == 9:
            unit, count = self._state[8][1][:2]
            if unit != b'generic':
                dtype = np.dtype(f'{self.code}[{int(count)}{unit.decode()}]')
        return dtype.newbyteorder(order) if order in ('<', '>') else dtype


class Array(np.ndarray):
    """A NumPy array that is filled from a pickle, and is pickled as the array that it is."""

    def __setstate__(self, state: tuple) -> None:
        shape, dtype, fortran, raw = state[-4:]
        if not isinstance(dtype, Dtype):
            raise UnpicklingError('an array without dtype')
        super().__setstate__((1, shape, dtype.made(), bool(fortran), raw))  # type: ignore[arg-type]

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self.view(np.ndarray).__reduce_ex__(protocol)


class Buffer(HistoryBuffer):
    """mmengine's ``HistoryBuffer``, which it becomes when it is filled; of methods it has mmengine's own."""

    def __new__(cls, *arguments: Any) -> HistoryBuffer:  # type: ignore[misc]
        if not arguments:
            return super().__new__(cls)
        values, counts, length = arguments
        values, counts = np.array(values), np.array(counts)
        if values.ndim != 1 or values.shape != counts.shape or {values.dtype.kind, counts.dtype.kind} - set('biuf'):
            raise UnpicklingError('a HistoryBuffer whose history is none')
        return HistoryBuffer(values, counts, int(length))

    def __setstate__(self, state: dict) -> None:
        filled = Buffer(state['_log_history'], state['_count_history'], state['max_length'])
        self.__class__ = HistoryBuffer
        self.__dict__ = filled.__dict__


class ConfigContent:
    """The content of an mmengine ``Config``."""

    content: dict = {}

    def __setstate__(self, state: tuple) -> None:
        self.content = state[0]


class Factory:
    """A type that a ``defaultdict`` makes its values of."""


def _statistics_method(owner: Any, name: str) -> None:
    """``getattr``, which is how pickle writes down the methods of a HistoryBuffer; they are not taken from a file."""
    if owner is not Buffer or name.startswith('_'):
        raise UnpicklingError(f'Unsupported global: GLOBAL builtins.getattr of {name!r}')


def _array(kind: Any, shape: Any = (), code: Any = b'b') -> Array:
    return np.ndarray.__new__(Array, (0,))


def _scalar(dtype: Dtype, raw: bytes = b'') -> Any:
    made = dtype.made()
    if made.hasobject or not isinstance(raw, bytes):
        raise UnpicklingError('a scalar that is none')
    return _NUMPY_SCALAR(made, raw)


def _no_bytes() -> bytes:
    """``bytes`` without arguments: pickle writes others down as text."""
    return b''


def _list(content: Iterable = (), maxlen: int | None = None) -> list:
    """A list for a ``deque``, which ``torch.load`` would not fill."""
    return list(content)


def _dict(factory: Any = None) -> dict:
    """A dict for a ``defaultdict``, as for the ``deque``."""
    return {}


def _copied(content: dict) -> dict:
    """A dict for mmengine's ``ConfigDict``."""
    return dict(content)


def _posix_path(*parts: str) -> pathlib.PurePath:
    return pathlib.PurePosixPath(*parts)


def _windows_path(*parts: str) -> pathlib.PurePath:
    return pathlib.PureWindowsPath(*parts)


# name in a pickle -> what it stands for; where NumPy's and pathlib's parts are defined depends on their versions
READABLE: dict[str, Any] = {
    'mmengine.logging.history_buffer.HistoryBuffer': Buffer,
    'mmengine.config.config.ConfigDict': _copied,
    'mmengine.config.config.Config': ConfigContent,
    'builtins.getattr': _statistics_method,
    'builtins.bytes': _no_bytes,
    'builtins.bytearray': bytearray,
    'builtins.complex': complex,
    'builtins.set': set,
    'builtins.frozenset': frozenset,
    'collections.Counter': Counter,
    'collections.OrderedDict': OrderedDict,
    'collections.deque': _list,
    'collections.defaultdict': _dict,
    **{f'builtins.{kind}': Factory for kind in ('bool', 'dict', 'float', 'int', 'list', 'str', 'tuple')},
    'numpy.ndarray': Array,
    'numpy.dtype': Dtype,
    **{f'numpy.{core}.multiarray._reconstruct': _array for core in ('core', '_core')},
    **{f'numpy.{core}.multiarray.scalar': _scalar for core in ('core', '_core')},
    **{f'{place}.{kind}PosixPath': _posix_path for place in ('pathlib', 'pathlib._local') for kind in ('', 'Pure')},
    **{f'{place}.{kind}WindowsPath': _windows_path for place in ('pathlib', 'pathlib._local') for kind in ('', 'Pure')},
}
FILLED = Array, Buffer, ConfigContent, Dtype
"""The types of ``READABLE`` that a pickle fills after it has made them."""

_TENSORS = ('tensor', 'tensor_v2', 'tensor_v3', 'parameter', 'parameter_with_state', 'sparse_tensor', 'qtensor')


def tensor_parts() -> dict[str, Any]:
    """The parts of tensors, by the names that pickles have for it, for a reader that does not know them itself."""
    storages = [*torch._storage_classes, torch.storage.UntypedStorage]
    kinds = [value for value in vars(torch).values() if isinstance(value, (torch.dtype, torch.qscheme))]
    return {
        'torch.Size': torch.Size,
        'torch.device': torch.device,
        'torch.Tensor': torch.Tensor,
        'torch.nn.parameter.Parameter': torch.nn.Parameter,
        'torch.serialization._get_layout': torch.serialization._get_layout,
        '_codecs.encode': codecs.encode,
        **{str(kind): kind for kind in kinds},
        **{f'{storage.__module__}.{storage.__name__}': storage for storage in storages},
        **{
            f'torch._utils._rebuild_{part}': getattr(torch._utils, f'_rebuild_{part}')
            for part in _TENSORS
            if hasattr(torch._utils, f'_rebuild_{part}')
        },
    }


def settled(value: Any, seen: set[int] | None = None) -> Any:
    """The content of a file, with NumPy's and Python's own types in place of those of this module.

    Args:
        value: Of a pickle; its dicts and lists are changed in place.
        seen: Dicts and lists that were met already, which may hold each other.

    Returns:
        The same, or what takes its place.
    """
    seen = set() if seen is None else seen
    if isinstance(value, Array):
        array = value.view(np.ndarray)
        if array.dtype.hasobject and array.dtype.names is None:
            for place in np.ndindex(array.shape):
                array[place] = settled(array[place], seen)
        return array
    if isinstance(value, Dtype):
        return value.made()
    if isinstance(value, ConfigContent):
        return settled(value.content, seen)
    if type(value) in (tuple, set, frozenset):
        return type(value)(settled(part, seen) for part in value)
    if isinstance(value, (dict, list)) and id(value) not in seen:
        seen.add(id(value))
        for key in value if isinstance(value, dict) else range(len(value)):
            value[key] = settled(value[key], seen)
    return value
