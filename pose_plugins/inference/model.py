"""Builds a model with its weights, to be used without a runner."""

from pathlib import Path

import torch
from mmpose.apis import init_model
from mmpose.models import TopdownPoseEstimator

from ..checkpoints import check_fit, read_checkpoint, weights_of
from ..config import load_config


def load_model(config: str | Path, checkpoint: str | Path, device: str | None = None) -> TopdownPoseEstimator:
    """Build a model and load its weights, to be used without a runner.

    Args:
        config: Its config file.
        checkpoint: A local file that holds just the model's weights.
        device: Where it runs; None takes a GPU if there is one.

    Returns:
        As ``mmpose.apis.init_model`` gives it.

    Raises:
        InputError: If config or checkpoint cannot be read, or they do not fit.
    """
    cfg = load_config(config)
    content = read_checkpoint(checkpoint)
    model = init_model(cfg, device=device or ('cuda:0' if torch.cuda.is_available() else 'cpu'))
    weights = weights_of(content)
    check_fit(model, weights, checkpoint)
    model.load_state_dict(weights, strict=False)  # old files lack num_batches_tracked
    return model
