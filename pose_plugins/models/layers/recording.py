"""Looking into attention: the layers that compute it hand over what they used, when somebody listens."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from torch import Tensor, nn


class Inspectable(nn.Module):
    """A layer whose attention can be recorded.

    Its ``forward`` hands what it attended to to ``record`` if ``recorded`` is true, and spares itself the making of it
    otherwise.
    """

    _records: deque[dict[str, Tensor]] | None = None

    @property
    def recorded(self) -> bool:
        """Whether somebody listens."""
        return self._records is not None

    def record(self, **tensors: Tensor) -> None:
        """Hand over what one forward pass used, by name, to whoever listens; the layer's docstring tells names and shapes."""
        if self._records is not None:
            self._records.append({name: tensor.detach() for name, tensor in tensors.items()})


@contextmanager
def record_attention(model: nn.Module, keep: int | None = None) -> Iterator[dict[str, deque[dict[str, Tensor]]]]:
    """Record the attention of every ``Inspectable`` layer of a model.

    The layers compute the same either way, up to rounding, but for what dropout draws in training.

    Args:
        model: It is run inside of the ``with`` block.
        keep: How many passes of each layer to keep, the last ones; None keeps all.

    Yields:
        Layer name in the model -> one entry for each of its forward passes (a flip test makes two: the picture's and its
        mirror's). The layers come in the model's order; a model may have none.

    Raises:
        ValueError: If the model is being recorded already.
    """
    layers = {name: module for name, module in model.named_modules() if isinstance(module, Inspectable)}
    if any(layer.recorded for layer in layers.values()):
        raise ValueError(f'the attention of this {type(model).__name__} is being recorded already')
    records: dict[str, deque[dict[str, Tensor]]] = {name: deque(maxlen=keep) for name in layers}
    for name, layer in layers.items():
        layer._records = records[name]
    try:
        yield records
    finally:
        for layer in layers.values():
            layer._records = None
