"""Checkpoints are data: whatever tries to be more is refused in one line."""

import copy
import enum
import pickle
import struct
import types
import zipfile
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config, ConfigDict
from mmengine.logging import HistoryBuffer

from pose_plugins.checkpoints import check_finite, check_fit, plain, read_checkpoint, safe, stand_ins, weights_of
from pose_plugins.utils.errors import InputError

WAYS = [True] if safe._old_torch() else [False, True]  # an old torch reads in the one way alone


@pytest.fixture(params=WAYS, ids=['weights_only', 'torch before 2.6'][-len(WAYS) :])
def reader(request, monkeypatch):
    """``read_checkpoint`` by either of its ways."""
    monkeypatch.setattr(safe, '_old_torch', lambda: request.param)
    return read_checkpoint


class Evil:
    """A pickle of it makes a file when it is loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), 'w')


class EvilGetattr:
    """A pickle of it reaches for something by way of the one function that training states need."""

    def __reduce__(self):
        return getattr, (HistoryBuffer, '__init__')


def training_state():
    """The state that mmengine's runner saves beside the weights."""
    buffer = HistoryBuffer([0.5, 0.25], [1, 1])
    return dict(
        state_dict=dict(weight=torch.ones(2, 3)),
        optimizer=dict(state={0: dict(step=torch.tensor(3.0))}, param_groups=[dict(lr=0.1)]),
        message_hub=dict(log_scalars={'train/loss': buffer}, runtime_info=dict(iter=np.int64(7), best=np.float64(0.5))),
        meta=dict(dataset_meta=dict(sigmas=np.ones(17, np.float32), colours=np.zeros((17, 3), np.uint8))),
    )


def test_training_state_comes_back(tmp_path, reader):
    torch.save(training_state(), tmp_path / 'epoch_1.pth')
    content = reader(tmp_path / 'epoch_1.pth')
    assert torch.equal(content['state_dict']['weight'], torch.ones(2, 3))
    buffer = content['message_hub']['log_scalars']['train/loss']
    assert buffer.mean() == pytest.approx(0.375) and buffer.current() == 0.25
    assert content['message_hub']['runtime_info'] == dict(iter=7, best=0.5)
    assert content['meta']['dataset_meta']['colours'].dtype == np.uint8


@pytest.mark.skipif(safe._old_torch(), reason='torch < 2.6 does not load with weights_only unless told to')
def test_plain_torch_load_accepts_training_state_and_refuses_code(tmp_path):
    """mmengine's own call: nothing but an import of the package lies between."""
    torch.save(training_state(), tmp_path / 'good.pth')
    torch.load(tmp_path / 'good.pth')
    torch.save(dict(state_dict=Evil(tmp_path / 'harm')), tmp_path / 'evil.pth')
    with pytest.raises(pickle.UnpicklingError):
        torch.load(tmp_path / 'evil.pth')
    assert not (tmp_path / 'harm').exists()


@pytest.mark.parametrize('legacy', [False, True], ids=['zip', 'plain pickle'])
def test_code_is_refused_not_executed(tmp_path, reader, legacy):
    torch.save(
        dict(state_dict=Evil(tmp_path / 'harm')), tmp_path / 'evil.pth', _use_new_zipfile_serialization=not legacy
    )
    with pytest.raises(InputError, match=r'evil.pth: refused, because it holds \w*io.open') as error:
        reader(tmp_path / 'evil.pth')
    assert not (tmp_path / 'harm').exists()
    assert '\n' not in str(error.value)


def test_getattr_reaches_nothing_else(tmp_path, reader):
    torch.save(dict(state_dict=EvilGetattr()), tmp_path / 'evil.pth')
    with pytest.raises(InputError, match='refused'):
        reader(tmp_path / 'evil.pth')


@pytest.mark.parametrize('keep', [0, 20, 0.5, 0.99])
def test_truncated(tmp_path, reader, keep):
    path = tmp_path / 'epoch_1.pth'
    torch.save(training_state(), path)
    content = path.read_bytes()
    path.write_bytes(content[: keep if keep >= 1 else int(len(content) * keep)])
    with pytest.raises(InputError, match='epoch_1.pth: damaged, or not a PyTorch checkpoint'):
        reader(path)


def test_truncated_beyond_its_first_tensors(tmp_path, reader):
    """torch's reader seeks outside such a file, which the system answers with an OSError."""
    path = tmp_path / 'epoch_1.pth'
    torch.save(dict(state_dict={str(i): torch.randn(1000) for i in range(50)}), path)
    content = path.read_bytes()
    for keep in range(10000, len(content), 20000):
        path.write_bytes(content[:keep])
        with pytest.raises(InputError, match='epoch_1.pth: damaged, or not a PyTorch checkpoint'):
            reader(path)


def test_a_tensor_of_no_storage(tmp_path, reader):
    """About which torch 2.1 has an assertion."""
    path = tmp_path / 'epoch_1.pth'
    torch.save(dict(weight=torch.ones(3)), path)
    path.write_bytes(path.read_bytes().replace(b'storage', b'storagf'))
    with pytest.raises(InputError, match='epoch_1.pth: damaged, or not a PyTorch checkpoint'):
        reader(path)


def test_wrong_path_and_wrong_content(tmp_path, reader):
    with pytest.raises(InputError, match='none.pth: no such checkpoint file'):
        reader(tmp_path / 'none.pth')
    with pytest.raises(InputError, match='no such checkpoint file'):
        reader(tmp_path)
    (tmp_path / 'text.pth').write_text('a page that says 404\n')
    with pytest.raises(InputError, match='text.pth: damaged, or not a PyTorch checkpoint'):
        reader(tmp_path / 'text.pth')
    torch.save(torch.ones(3), tmp_path / 'tensor.pth')
    with pytest.raises(InputError, match='tensor.pth: holds a Tensor, not a dict'):
        reader(tmp_path / 'tensor.pth')


def test_checkpoint_of_another_model_names_the_keys():
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.BatchNorm2d(8))
    check_fit(model, model.state_dict(), 'good.pth')
    state = {**model.state_dict(), '0.weight': torch.ones(4, 3, 3, 3), 'head.weight': torch.ones(1)}
    del state['1.bias'], state['1.num_batches_tracked']  # the counter is missing in old files and harmless
    with pytest.raises(InputError) as error:
        check_fit(model, state, 'other.pth')
    assert str(error.value) == (
        'other.pth: not a checkpoint of this model, keys: 1 missing (1.bias); '
        '1 unexpected (head.weight); 1 misshapen (0.weight is 4x3x3x3 instead of 8x3x3x3)'
    )


def test_weights_lie_bare_or_under_a_key():
    weights = dict(a=torch.ones(1))
    assert weights_of(weights) is weights
    assert weights_of(dict(state_dict=weights, meta={})) is weights
    assert weights_of(dict(model=weights)) is weights


class Level(enum.IntEnum):
    HIGH = 3


class Fraction(float):
    """A number of a user's."""


Point = namedtuple('Point', 'x y')
ARRAYS = {
    'empty': np.zeros((0, 3), np.float32),
    'scalar': np.array(3.0),
    'big-endian': np.arange(3, dtype='>i4'),
    'Fortran order': np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    'text': np.array(['one', 'eleven', '']),
    'bytes': np.array([b'one', b'']),
    'dates': np.array(['2020-01-01', 'NaT'], 'M8[D]'),
    'times': np.array([5], 'm8[10us]'),
    'fields': np.array([(1, [2.0, 3.0])], [('a', 'i4'), ('b', 'f4', (2,))]),
    'objects': np.array([None, 'one', [1, 2]], object),
    **{kind: np.ones(2, kind) for kind in ('?', *'bBhHiIlLqQefdgFDG')},
}
VALUES = {
    **{f'array, {name}': value for name, value in ARRAYS.items()},
    **{f'number, {kind}': np.ones(1, kind)[0] for kind in ('?', *'bBhHiIlLqQefdgFDG')},
    'number, text': np.array(['one'])[0],
    'number, date': np.datetime64('2020-01-01'),
    'bytes': b'one \xff',
    'no bytes': b'',
    'bytearray': bytearray(b'one'),
    'set': {1, 'a', (2, 3)},
    'no set': set(),
    'frozenset': frozenset([1, frozenset()]),
    'complex': 1 + 2j,
    'large number': 2**80,
    'ordered': OrderedDict(a=1, b=OrderedDict()),
    'counter': Counter('aab'),
    'size': torch.Size([2, 3]),
    'device': torch.device('cpu'),
    'dtype': torch.bfloat16,
    'bfloat16': torch.ones(2, dtype=torch.bfloat16),
    'float16': torch.ones(2, dtype=torch.float16),
    'bool tensor': torch.ones(2, dtype=torch.bool),
    'complex tensor': torch.ones(2, dtype=torch.complex64),
    'empty tensor': torch.ones(0, 2),
    'parameter': torch.nn.Parameter(torch.ones(2)),
    'nested': {'a': [(1, {'b': np.zeros(0)})], 3: None, (1, 2): True, None: 0.5},
}
# what becomes something plainer: by the reader, or by the training that writes it
PLAINER = {
    'deque': (deque([1, 2], maxlen=2), [1, 2]),
    'deque without an end': (deque([1, np.zeros(0)]), [1, np.zeros(0)]),
    'defaultdict': (defaultdict(list, a=[1]), dict(a=[1])),
    'ConfigDict': (ConfigDict(a=1, b=dict(c=[dict(d=2)])), dict(a=1, b=dict(c=[dict(d=2)]))),
    'Config': (Config(dict(a=dict(b=1))), dict(a=dict(b=1))),
    'path': (Path('/a/b.py'), '/a/b.py'),
    'dtype of NumPy': (np.dtype('>f4'), '>f4'),
}
ONLY_WRITTEN = {
    'enum': (Level.HIGH, 3),
    'own number': (Fraction(0.5), 0.5),
    'named tuple': (Point(1, 2), (1, 2)),
    'range': (range(3), [0, 1, 2]),
    'matrix': (np.ones((1, 2)).view(np.matrix), np.ones((1, 2))),
    'masked': (np.ma.array([1, 2], mask=[0, 1]), np.array([1, 2])),
    'fields with objects': (np.array([('a', 1)], [('n', 'O'), ('i', 'i4')]), [('a', 1)]),
    'mapping': (types.MappingProxyType(dict(a=1)), dict(a=1)),
    'user': (Evil('x'), None),
    'function': (print, None),
}


def same(one, other):
    """Whether two values are equal, and of the same types."""
    if isinstance(other, (np.ndarray, np.generic)):
        if not (type(one) is type(other) and one.dtype == other.dtype and one.shape == other.shape):
            return False
        if one.dtype.hasobject:
            return all(map(same, one, other))
        return one.tobytes() == other.tobytes() or np.array_equal(one, other)  # long doubles have bytes of no meaning
    if isinstance(other, torch.Tensor):
        return type(one) is type(other) and one.dtype == other.dtype and torch.equal(one, other)
    if isinstance(other, (dict, list, tuple)) and type(one) is type(other) and len(one) == len(other):
        if isinstance(other, dict):
            return all(key in one and same(one[key], other[key]) for key in other)
        return all(map(same, one, other))
    return type(one) is type(other) and one == other


@pytest.mark.parametrize('name', VALUES)
def test_whatever_a_training_can_hold_is_read_again(tmp_path, reader, name):
    torch.save(dict(meta=dict(value=VALUES[name], again=[VALUES[name]])), tmp_path / 'epoch_1.pth')
    wanted = pickle.loads(pickle.dumps(VALUES[name], 2))  # which takes numbers to this machine's order of bytes
    meta = reader(tmp_path / 'epoch_1.pth')['meta']
    assert same(meta['value'], wanted) and same(meta['again'][0], wanted)
    assert same(plain(VALUES[name]), VALUES[name])
    torch.save(meta, tmp_path / 'epoch_2.pth')  # as a resumed training does
    assert same(reader(tmp_path / 'epoch_2.pth')['value'], wanted)


@pytest.mark.parametrize('name', {**PLAINER, **ONLY_WRITTEN})
def test_what_is_not_plain_becomes_it(tmp_path, reader, name):
    value, wanted = {**PLAINER, **ONLY_WRITTEN}[name]
    torch.save(dict(value=plain([value])), tmp_path / 'written.pth')
    read = reader(tmp_path / 'written.pth')['value'][0]
    assert same(read, wanted) if wanted is not None else isinstance(read, str)
    if name in PLAINER:  # of a training without our hook
        torch.save(dict(value=value), tmp_path / 'stock.pth')
        read = reader(tmp_path / 'stock.pth')['value']
        assert same(read, wanted) or str(read) == wanted or read == np.dtype('>f4')


def test_what_is_left_of_an_unknown_object_is_told(monkeypatch):
    said = []
    monkeypatch.setattr('pose_plugins.checkpoints.plain_data.print_log', lambda text, **_: said.append(text))
    plain(dict(meta=dict(hook=Evil('x'))))
    assert said == ['checkpoint.meta.hook: a Evil is no plain data, the checkpoint holds its text']


def test_a_buffer_with_a_method_of_the_users(tmp_path, reader, monkeypatch):
    """Statistics that a user registered are functions, which no reader would take from a file."""
    monkeypatch.setattr(HistoryBuffer, '_statistics_methods', {**HistoryBuffer._statistics_methods, 'evil': Evil})
    buffer = HistoryBuffer([1.0, 3.0], [1, 1])
    torch.save(dict(scalars=dict(loss=plain(copy.deepcopy(buffer)))), tmp_path / 'epoch_1.pth')
    read = reader(tmp_path / 'epoch_1.pth')['scalars']['loss']
    assert type(read) is HistoryBuffer and read.statistics('mean') == 2
    read.update(5.0)
    assert read.mean(1) == 5 and buffer.mean() == 2


def dumped(*parts):
    """A pickle of protocol 2 from its opcodes; a text stands for a global."""
    return (
        b'\x80\x02'
        + b''.join(f'c{p.replace(":", chr(10))}\n'.encode() if isinstance(p, str) else p for p in parts)
        + b'.'
    )


def text(value):
    return b'X' + struct.pack('<I', len(value)) + value.encode()


# NumPy's dtype with flags that say that its numbers are pointers to objects
FLAGS = (
    'numpy:dtype',
    text('f8'),
    b'\x89\x88\x87R',
    b'(K\x03',
    text('<'),
    b'NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x3ftb',
)
ARRAY = 'numpy.core.multiarray:_reconstruct', 'numpy:ndarray', b'K\x00\x85', text('b'), b'\x87R(K\x01K\x02\x85'
HARMFUL = {
    'flags of a dtype': dumped(*FLAGS),
    'numbers as pointers': dumped(*ARRAY, *FLAGS, b'\x89](G', struct.pack('>d', 1), b'G', struct.pack('>d', 2), b'etb'),
    'memory': dumped('__builtin__:bytes', b'J\xff\xff\xff\x7f\x85R'),
    'a file writer': dumped('torch:PyTorchFileWriter', text('HARM'), b'\x85R'),
    'attributes of a function': dumped('collections:deque', b'N}', text('__defaults__'), b'Ns\x86b'),
    'attributes of a class': dumped('mmengine.logging.history_buffer:HistoryBuffer', b'N}', text('mean'), b'Ns\x86b'),
    'a method': dumped(
        '__builtin__:getattr', 'mmengine.logging.history_buffer:HistoryBuffer', text('__init__'), b'\x86R'
    ),
    'a method of another': dumped('__builtin__:getattr', 'torch:Size', text('mean'), b'\x86R'),
    'eval': dumped('__builtin__:eval', text('open("HARM", "w")'), b'\x85R'),
    'a factory that is called': dumped('collections:defaultdict', 'posix:system', b'\x85R'),
    'objects from bytes': dumped(
        'numpy.core.multiarray:scalar', 'numpy:dtype', text('O8'), b'\x85R', text('x'), b'\x86R'
    ),
    'a dtype by an import': dumped('numpy:dtype', text('os.system'), b'\x85R'),
    'numpy.load': dumped('numpy:load', text('HARM'), b'\x85R'),
    'torch.load': dumped('torch.serialization:load', text('HARM'), b'\x85R'),
    'a storage of a file': dumped('torch:FloatStorage.from_file', text('HARM'), b'\x85R'),
    'functools': dumped('functools:partial', '__builtin__:eval', b'\x85R'),
    'methods for all buffers': dumped(
        'mmengine.logging.history_buffer:HistoryBuffer',
        b')\x81}',
        text('statistics_methods'),
        b'}',
        text('mean'),
        b'Nssb',
    ),
}


@pytest.mark.parametrize('name', HARMFUL)
def test_no_name_that_is_allowed_does_harm(tmp_path, reader, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / 'evil.pth'
    with zipfile.ZipFile(path, 'w') as archive:  # as torch lays it out
        archive.writestr('evil/data.pkl', b'\x80\x02}' + text('state_dict') + HARMFUL[name][2:-1] + b's.')
        archive.writestr('evil/version', '3\n')
        archive.writestr('evil/byteorder', 'little')
    statistics, defaults = dict(HistoryBuffer._statistics_methods), stand_ins._list.__defaults__
    try:
        reader(path)
    except InputError as error:
        assert '\n' not in str(error)
    assert not (tmp_path / 'HARM').exists()
    assert np.zeros(3).sum() == 0 and str(np.ones(2)) == '[1. 1.]'
    assert HistoryBuffer._statistics_methods == statistics and HistoryBuffer([1.0], [1]).mean() == 1
    assert stand_ins._list.__defaults__ == defaults


def test_a_program_is_refused(tmp_path, reader):
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), tmp_path / 'program.pth')
    with pytest.raises(InputError, match='program.pth: refused, because it holds a program of TorchScript'):
        reader(tmp_path / 'program.pth')


@pytest.mark.parametrize(
    'key, value, told',
    [
        ('0.weight', torch.ones(8, 3, 3, 3, dtype=torch.int64), '0.weight is whole numbers instead of floating point'),
        ('0.weight', torch.ones(8, 3, 3, 3, dtype=torch.complex64), '0.weight is complex instead of floating point'),
        ('0.weight', torch.ones(8, 3, 3, 3, dtype=torch.bool), '0.weight is bool instead of floating point'),
        ('0.weight', 'text', '0.weight is text instead of floating point'),
        ('0.weight', np.ones((8, 3, 3, 3)), '0.weight is no tensor but a ndarray instead of floating point'),
        ('1.num_batches_tracked', torch.tensor(1j), '1.num_batches_tracked is complex instead of whole numbers'),
    ],
)
def test_weights_of_another_kind(key, value, told):
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.BatchNorm2d(8))
    with pytest.raises(InputError, match=rf'keys: 1 of another kind \({told}\)$'):
        check_fit(model, {**model.state_dict(), key: value}, 'other.pth')
    for dtype in (torch.float16, torch.bfloat16, torch.float64):
        check_fit(model, {**model.state_dict(), '0.weight': torch.ones(8, 3, 3, 3, dtype=dtype)}, 'good.pth')
    for counter in (torch.tensor(3, dtype=torch.int32), torch.tensor(3.0).half()):  # also where all was made half
        check_fit(model, {**model.state_dict(), '1.num_batches_tracked': counter}, 'good.pth')


def test_weights_of_a_training_that_diverged():
    check_finite(dict(a=torch.ones(2), n=torch.tensor(3)), 'good.pth')
    for value in (float('nan'), float('inf'), -float('inf')):
        with pytest.raises(InputError, match=r'bad.pth: 1 of its weights hold NaN or infinity \(b\)'):
            check_finite(dict(a=torch.ones(2), b=torch.tensor([1.0, value])), 'bad.pth')
