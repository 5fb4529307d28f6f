"""Makes plain data of what a training wants to keep, which any torch reads with ``weights_only``."""

import logging
from collections import Counter, OrderedDict, deque
from collections.abc import Mapping
from enum import Enum
from pathlib import PurePath
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.logging import HistoryBuffer, print_log

_KEPT = (
    *(type(None), bool, int, float, complex, str, bytes, bytearray),
    *(torch.Tensor, torch.nn.Parameter, torch.Size, torch.dtype, torch.device),
)


class _WithoutMethods(HistoryBuffer):
    """A buffer that is written without its statistics methods, which may be functions of the user's."""

    def __reduce__(self) -> Any:
        return HistoryBuffer, (self._log_history, self._count_history, self.max_length)


def plain(value: Any, place: str = 'checkpoint') -> Any:
    """Make plain data of a part of a training's state.

    Args:
        value: The part. Numbers, texts, tensors and NumPy's arrays and numbers stay as they are; a ``HistoryBuffer`` of which
            nobody else knows is changed.
        place: What it is called in the checkpoint, for the warning.

    Returns:
        Python's dicts, lists, tuples and sets with these in them. A path is its text, and so is, after a warning, whatever is
        none of these: a checkpoint that holds it would not be read again.
    """
    if type(value) in _KEPT:
        return value
    if isinstance(value, HistoryBuffer):
        value.__class__ = _WithoutMethods
        return value
    if isinstance(value, Enum):
        return plain(value.value, place)
    if isinstance(value, np.generic):
        return plain(value.item(), place) if value.dtype.hasobject or value.dtype.kind == 'V' else value
    if isinstance(value, np.ndarray):
        return _plain_array(value, place)
    if isinstance(value, Config):
        return plain(value.to_dict(), place)
    if isinstance(value, Mapping):
        made: Any = next((kind for kind in (OrderedDict, Counter) if isinstance(value, kind)), dict)
        return made({plain(key, place): plain(part, f'{place}.{key}') for key, part in value.items()})
    several: dict[Any, Any] = {(list, deque, range): list, tuple: tuple, set: set, frozenset: frozenset}
    for kinds, made in several.items():
        if isinstance(value, kinds):
            return made(plain(part, f'{place}.{i}') for i, part in enumerate(value))
    for made in (bool, int, float, complex, str, bytes, bytearray):  # classes made of one of these
        if isinstance(value, made):
            return made(value)
    if not isinstance(value, (PurePath, np.dtype)):
        print_log(
            f'{place}: a {type(value).__name__} is no plain data, the checkpoint holds its text', level=logging.WARNING
        )
    return str(value)


def _plain_array(value: np.ndarray, place: str) -> np.ndarray:
    array = np.ma.getdata(value).view(np.ndarray)
    if array.dtype.kind == 'T':  # NumPy 2's texts of any length, of which NumPy 1 does not know
        return array.astype(str)
    if array.dtype.hasobject:
        if array.dtype.names is not None:
            return plain(array.tolist(), place)
        array = array.copy()
        for index in np.ndindex(array.shape):
            array[index] = plain(array[index], place)
    return array
