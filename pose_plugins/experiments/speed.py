"""Measures time and memory of what is done with a model, with attention as it is here and in a plain way."""

import copy
from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from mmengine.config import Config
from mmpose.models import TopdownPoseEstimator, build_pose_estimator
from torch import Tensor

from ..config import failures_explained
from ..inference.model import check_device
from ..utils.arguments import at_least
from ..utils.errors import InputError
from .measure import multiply_adds
from .plain_attention import ways_of_attention
from .timing import Timing, in_turns, measure_seconds
from .whole_speed import measure_whole

PRODUCT = 2048  # rows of the matrices whose product tells the machine's limit


def benchmark(
    cfg: Config, batch_size: int = 4, repeats: int = 9, device: str = 'cpu', channels_last: bool = False
) -> list[Timing]:
    """Measure a config's model, data, training and test.

    Each way of attention runs once to warm up; then the ways take turns, so that what else the machine does meets all of them
    alike. Passes of the network alone are on random pictures; its training step is forward, backward with a gradient of ones
    on the output, and no optimizer. What is measured whole takes made-up people of a picture of 640x480.

    Args:
        cfg: The config, with ``codec.input_size``.
        batch_size: Pictures in a batch.
        repeats: How often each way is measured.
        device: Where.
        channels_last: Whether convolutions work in that memory format.

    Returns:
        A row for each part and way of attention, with the same weights.

    Raises:
        InputError: If a number is not positive, there is no such device, or the model cannot be built.
    """
    at_least(1, batch_size=batch_size, repeats=repeats)
    if not cfg.get('model') or not (cfg.get('codec') or {}).get('input_size'):
        raise InputError(f'{cfg.filename}: has no model, or no codec.input_size that says how large its pictures are')
    model_cfg = copy.deepcopy(cfg.model)
    if model_cfg.get('backbone'):
        model_cfg.backbone.init_cfg = None
    check_device(device)
    memory_format = torch.channels_last if channels_last else torch.contiguous_format
    with failures_explained(cfg):
        model = build_pose_estimator(model_cfg).to(device, memory_format=memory_format)
    width, height = cfg.codec.input_size
    images = torch.randn(batch_size, 3, height, width, device=device).to(memory_format=memory_format)
    product = _matrix_product(images.device, repeats)
    forward = product.milliseconds * multiply_adds(model, (3, height, width)) * batch_size / PRODUCT**3
    ways = ways_of_attention(model)
    with torch.no_grad():
        features = model.eval().backbone(images)
    passes = {'inference': partial(_infer, model, images), 'neck and head': partial(_infer_head, model, features)}
    if model.with_neck:
        with torch.no_grad():
            passes['head'] = partial(_infer_head, model, model.neck(features), neck=False)
    passes['training step'] = partial(_train, model, images)
    least = {'inference': forward, 'training step': 3 * forward}
    return [
        product,
        *in_turns(passes, ways, repeats, batch_size, images.device, least),
        *measure_whole(cfg, model, ways, batch_size, repeats, forward),
    ]


def _matrix_product(device: torch.device, repeats: int) -> Timing:
    """The time of a large matrix product, at whose rate a network's arithmetic would be done at best."""
    factors = torch.randn(2, PRODUCT, PRODUCT, device=device)

    def multiply() -> None:
        torch.mm(*factors)

    fastest = min(
        measure_seconds(multiply, device) for _ in range(repeats + 3)
    )  # the limit, not what others left of it
    return Timing(f'matrix product of {PRODUCT} rows, the fastest', '', 1000 * fastest, limit=1.0)


def _infer(model: TopdownPoseEstimator, images: Tensor) -> None:
    model.eval()
    with torch.no_grad():
        model(images, None, mode='tensor')


def _infer_head(model: TopdownPoseEstimator, features: tuple[Tensor, ...], neck: bool = True) -> None:
    model.eval()
    with torch.no_grad():
        model.head(model.neck(features) if neck and model.with_neck else features)


def _train(model: TopdownPoseEstimator, images: Tensor) -> None:
    model.train()
    outputs = model(images, None, mode='tensor')
    torch.stack([output.sum() for output in _tensors(outputs)]).sum().backward()
    model.zero_grad()


def _tensors(outputs: Any) -> Iterator[Tensor]:
    """The floating-point tensors of a model's output, which may be dicts and lists of them."""
    if isinstance(outputs, Tensor):
        if outputs.requires_grad:
            yield outputs
    elif isinstance(outputs, (dict, list, tuple)):
        for output in outputs.values() if isinstance(outputs, dict) else outputs:
            yield from _tensors(output)
