"""Measures time and memory of what is done with a model, with attention as it is here and in a plain way."""

import copy
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from mmengine.config import Config
from mmpose.models import TopdownPoseEstimator, build_pose_estimator
from torch import Tensor
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils._pytree import tree_map_only

from ..config import failures_explained
from ..inference.model import check_device
from ..models.layers import linear
from ..utils.arguments import at_least, one_of
from ..utils.errors import InputError
from .measure import multiply_adds
from .plain_attention import ways_of_attention
from .timing import Timing, Ways, in_turns, measure_seconds
from .whole_speed import measure_whole

PRODUCT = dict(cpu=2048, cuda=8192)  # rows of the matrices whose product tells the machine's limit
AMP = ('bfloat16', 'float16')


def benchmark(
    cfg: Config,
    batch_size: int = 4,
    repeats: int = 9,
    device: str = 'cpu',
    channels_last: bool = False,
    amp: str | None = None,
    compiled: bool = False,
    plain: bool = True,
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
        amp: One of ``AMP``: what autocast lowers the precision of backbone, neck and head to, and that of the matrix product;
            None for float32, of which a GPU's convolutions take what TF32 leaves.
        compiled: Whether backbone, neck and head are compiled by ``torch.compile``, with attention as configured alone.
        plain: Whether attention is measured in the plain way as well.

    Returns:
        A row for each part and way of attention, with the same weights.

    Raises:
        InputError: If a number is not positive, there is no such device, or the model cannot be built.
    """
    at_least(1, batch_size=batch_size, repeats=repeats)
    one_of((None, *AMP), amp=amp)
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
    rows = PRODUCT.get(images.device.type, PRODUCT['cpu'])
    product = _matrix_product(rows, images.device, repeats, amp)
    forward, learning = (
        product.milliseconds * _counted(model, (3, height, width), training) * batch_size / rows**3
        for training in (False, True)  # some heads do more in training
    )
    ways: Ways = ways_of_attention(model)
    if compiled or not plain:
        ways = dict(list(ways.items())[: 1 if compiled else max(1, len(ways) - 1)])
    _change_networks(model, images.device, amp, compiled)
    with torch.no_grad():
        features = model.eval().backbone(images)
    passes = {'inference': partial(_infer, model, images), 'neck and head': partial(_infer_head, model, features)}
    if model.with_neck:
        with torch.no_grad():
            passes['head'] = partial(_infer_head, model, model.neck(features), neck=False)
    passes['training step'] = partial(_train, model, images)
    least = {'inference': forward, 'training step': 3 * learning}
    return [
        product,
        *in_turns(passes, ways, repeats, batch_size, images.device, least),
        *measure_whole(cfg, model, ways, batch_size, repeats, forward, learning),
    ]


def _counted(model: TopdownPoseEstimator, shape: tuple[int, int, int], training: bool) -> float:
    """Multiply-adds for one picture, in a test or in training."""
    model.train(training)
    for module in model.modules():
        # of one picture they have no statistics, and mmengine counts these as arithmetic
        if isinstance(module, _BatchNorm):
            module.eval()
    return multiply_adds(model, shape)


def _matrix_product(rows: int, device: torch.device, repeats: int, amp: str | None) -> Timing:
    """The time of a large matrix product, at whose rate a network's arithmetic would be done at best: by the library of
    PyTorch's that does it faster, for linear layers and convolutions are of different ones."""
    factors = torch.randn(2, rows, rows, device=device, dtype=getattr(torch, amp or 'float32'))

    def multiply() -> None:
        linear(*factors)

    allowed = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32  # as convolutions do
    try:
        # the fastest is the limit, not what others left of it
        fastest = min(measure_seconds(multiply, device) for _ in range(repeats + 3))
    finally:
        torch.backends.cuda.matmul.allow_tf32 = allowed
    return Timing(f'matrix product of {rows} rows, the fastest', '', 1000 * fastest, limit=1.0)


def _change_networks(model: TopdownPoseEstimator, device: torch.device, amp: str | None, compiled: bool) -> None:
    """Compile backbone, neck and head, and lower their precision; losses and decoding around them stay as they are."""
    for part in (model.backbone, *([model.neck] if model.with_neck else []), model.head):
        forward = torch.compile(part.forward) if compiled else part.forward
        part.forward = forward if amp is None else _lowered(forward, device, getattr(torch, amp), part is model.head)


def _lowered(forward: Callable, device: torch.device, precision: torch.dtype, last: bool) -> Callable:
    """A network under autocast; results of the last are float32 again, as losses and decoding want them."""

    def lowered(*inputs: Any, **settings: Any) -> Any:
        with torch.autocast(device.type, precision):
            outputs = forward(*inputs, **settings)
        return tree_map_only(Tensor, Tensor.float, outputs) if last else outputs

    return lowered


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
