"""Parity cases: what the authors' own code computed for weights and inputs that are drawn from their names.

A case in ``tests/data`` stores the reference's parameter names, shapes and kinds, and its results; every value is drawn from
NumPy's PCG64 with the CRC-32 of ``case/name`` as its seed, so that no weights need to be stored.
"""

import zlib
from pathlib import Path

import numpy as np
import torch

DATA = Path(__file__).parent / 'data'


def load_case(name):
    """A case's stored arrays by name."""
    with np.load(DATA / f'{name}.npz', allow_pickle=False) as file:
        return dict(file)


def reference_input(case, shape, tag='input'):
    """A standard normal input of a case, a float32 tensor."""
    return torch.from_numpy(_stream(case, tag).standard_normal(tuple(shape)).astype(np.float32))


def reference_weights(case):
    """The reference's state dict of a loaded case: name -> tensor."""
    name = str(case['case'])
    state = {}
    for key, shape, kind in zip(
        map(str, case['param_names']), map(str, case['param_shapes']), map(str, case['param_kinds'])
    ):
        shape = tuple(map(int, shape.split('x'))) if shape else ()
        stream = _stream(name, key)
        if kind == 'weight':  # variance 1 / fan-in
            value = stream.standard_normal(shape) * np.sqrt(1 / max(1, int(np.prod(shape[1:]))))
        elif kind == 'bias':
            value = 0.1 * stream.standard_normal(shape)
        elif kind == 'norm':
            value = stream.uniform(0.5, 1.5, shape)
        elif kind == 'gain':
            value = stream.uniform(0.2, 0.6, shape)
        elif kind == 'count':
            value = np.zeros(shape)
        else:
            assert kind == 'fixed', kind
            value = case[f'fixed/{key}']
        state[key] = torch.from_numpy(np.asarray(value, np.int64 if kind == 'count' else np.float32))
    return state


def _stream(case, name):
    return np.random.default_rng(zlib.crc32(f'{case}/{name}'.encode()))
