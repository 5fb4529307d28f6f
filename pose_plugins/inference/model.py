"""Builds a model with its weights, to be used without a runner."""

import warnings
from pathlib import Path

import torch
from mmpose.models import TopdownPoseEstimator

from ..checkpoints import check_fit, read_source, weights_of
from ..checkpoints.models import find_model
from ..config import failures_explained, load_config
from ..utils.errors import InputError

# of mmengine's way to ask for versions, which no user can change; it asks when it is imported and when models are built
warnings.filterwarnings('ignore', message='pkg_resources is deprecated')
from mmpose.apis import init_model  # noqa: E402


def load_model(
    name: str | Path, checkpoint: str | Path | None = None, device: str | None = None
) -> TopdownPoseEstimator:
    """Build a model and load its weights, to be used without a runner.

    Args:
        name: Its config's file, or a name that ``list_models`` gives.
        checkpoint: A file, or an address as in ``init_cfg``, of just the model's weights; a packaged model has its own.
        device: Where it runs; None takes a GPU if there is one.

    Returns:
        As ``mmpose.apis.init_model`` gives it.

    Raises:
        InputError: If there is nothing of that name, config or checkpoint cannot be read, they do not fit, or there is no
            such device.
    """
    config, source = find_model(name, checkpoint)
    cfg = load_config(config)
    if not cfg.get('model'):
        raise InputError(f'{config}: has no model')
    content = read_source(source)
    device = device or ('cuda:0' if torch.cuda.is_available() else 'cpu')
    check_device(device)
    with failures_explained(cfg):
        model = init_model(cfg, device=device)
    weights = weights_of(content)
    check_fit(model, weights, source)
    model.load_state_dict(weights, strict=False)  # old files lack num_batches_tracked
    return model


def check_device(device: str) -> None:
    """Refuse a device on which nothing can be computed.

    Args:
        device: Such as 'cpu' or 'cuda:0'.

    Raises:
        InputError: If PyTorch knows none of that name, or it is not there.
    """
    try:
        torch.zeros(1, device=device).item()
    except (AssertionError, NotImplementedError, RuntimeError) as error:  # NotImplementedError: of 'meta'
        raise InputError(f'device {device}: cannot be used: {str(error).splitlines()[0]}') from None
