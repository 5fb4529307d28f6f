"""Tries a model out before it trains or is tested: what that leaves behind, and whose fault it is if it fails."""

import random
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from mmengine.model import is_model_wrapper
from torch import nn

PACKAGE = Path(__file__).resolve().parent.parent
# what a config or data that do not fit raise in MMPose and PyTorch
FORESEEABLE = (
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    cv2.error,
)


@contextmanager
def no_trace(model: nn.Module) -> Iterator[None]:
    """Run a model for testing, without gradients, and put random numbers and the mode of each layer back as they were."""
    modes = {layer: layer.training for layer in model.modules()}
    python, numpy = random.getstate(), np.random.get_state()
    devices = {parameter.device for parameter in model.parameters() if parameter.is_cuda}
    try:
        with torch.random.fork_rng(devices), torch.no_grad():
            model.eval()
            yield
    finally:
        for layer, training in modes.items():
            layer.training = training
        random.setstate(python)
        np.random.set_state(numpy)


def unwrapped(model: Any) -> nn.Module:
    """The model itself, where it is trained in several processes."""
    return model.module if is_model_wrapper(model) else model


def is_ours(error: Exception) -> bool:
    """Whether an error was raised in this package itself, which is a fault to be seen, or by what the package calls."""
    if isinstance(error, (torch.cuda.OutOfMemoryError, NotImplementedError)):
        return True
    frames = traceback.extract_tb(error.__traceback__)
    return PACKAGE in Path(frames[-1].filename).resolve().parents


def passed(error: Exception, kind: type) -> list:
    """The objects of a class whose methods an error passed through, from the outermost."""
    frames = (frame.f_locals.get('self') for frame, _ in traceback.walk_tb(error.__traceback__))
    return [owner for owner in frames if isinstance(owner, kind)]


def layer_passed(model: nn.Module, error: Exception) -> str:
    """The innermost layer of a model that an error passed through."""
    names = {layer: name for name, layer in model.named_modules()}
    found = [layer for layer in passed(error, nn.Module) if names.get(layer)]
    return f'model.{names[found[-1]]} ({type(found[-1]).__name__})' if found else f'model ({type(model).__name__})'


def told(error: Exception) -> str:
    """An error in one line."""
    if isinstance(error, KeyError) and ' ' not in str(error):
        return f'{error} is missing'
    if 'do not correspond to current coco set' in str(error):  # as xtcocotools says it
        return "its annotations lack pictures of the loop's data"
    return f'{type(error).__name__}: {" ".join(str(error).split())}'.removesuffix(': ')
