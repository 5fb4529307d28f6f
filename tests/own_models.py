"""Models of other sizes than the published ones, as users train them: their configs and checkpoints."""

import torch
from mmengine.config import Config
from mmengine.logging import HistoryBuffer
from mmpose.models import build_pose_estimator
from mmpose.utils import register_all_modules

from pose_plugins.checkpoints import read_checkpoint
from pose_plugins.checkpoints.convert import convert_checkpoint, export_checkpoint


def own_config(path, base, **model):
    """A config of a user's own, which inherits one of ours and sets parts of its model anew."""
    path.write_text(f'_base_ = {str(base)!r}\nmodel = {model!r}\n')
    return path


def random_state(config):
    """The state dict of a config's model, every value of it drawn anew."""
    register_all_modules()
    state = build_pose_estimator(Config.fromfile(config).model).state_dict()
    return {key: torch.randn(v.shape) if v.is_floating_point() else torch.tensor(7) for key, v in state.items()}


def save_trained(state, path):
    """Write a state dict with what else a training writes."""
    hub = dict(log_scalars={'train/loss': HistoryBuffer([0.5], [1])})
    optimizer = dict(state={0: dict(step=torch.tensor(3.0))}, param_groups=[dict(lr=0.1)])
    torch.save(dict(state_dict=state, ema_state_dict=state, optimizer=optimizer, message_hub=hub, meta={}), path)


def there_and_back(config, source, folder):
    """Write a trained checkpoint for the authors' code and convert that again; both must be the same.

    Returns:
        The state dict that the authors' code is given.
    """
    state = random_state(config)
    save_trained(state, folder / 'epoch_1.pth')
    export_checkpoint(folder / 'epoch_1.pth', folder / 'theirs.pth', source, config)
    conversion = convert_checkpoint(folder / 'theirs.pth', folder / 'ours.pth', source, config)
    assert conversion == ([config], {})
    assert_same(read_checkpoint(folder / 'ours.pth')['state_dict'], state)
    return read_checkpoint(folder / 'theirs.pth')


def back_and_there(weights, config, source, folder):
    """Convert weights under the authors' names and write them for the authors' code again; both must be the same."""
    torch.save({f'module.{key}': value for key, value in weights.items()}, folder / 'theirs.pth')
    convert_checkpoint(folder / 'theirs.pth', folder / 'ours.pth', source, config)
    export_checkpoint(folder / 'ours.pth', folder / 'again.pth', source, config)
    assert_same(read_checkpoint(folder / 'again.pth'), weights)


def assert_same(state, expected):
    """The same names, the same values to the last bit, and no bytes of other tensors behind them."""
    assert state.keys() == expected.keys()
    for key, value in expected.items():
        assert torch.equal(state[key], value), key
        assert state[key].dtype == value.dtype and state[key].is_contiguous(), key
