"""Checkpoints are data: whatever tries to be more is refused in one line."""

import pickle

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer

from pose_plugins.checkpoints import check_fit, read_checkpoint, safe, weights_of
from pose_plugins.utils.errors import InputError


@pytest.fixture(params=[False, True], ids=['weights_only', 'torch before 2.6'])
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
