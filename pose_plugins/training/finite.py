"""Ends a training whose loss is not finite, and a validation or test whose predictions are not."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from mmengine.hooks import Hook, RuntimeInfoHook
from mmengine.optim import AmpOptimWrapper
from mmengine.runner import Runner
from mmengine.structures import BaseDataElement
from mmpose.registry import HOOKS

from ..evaluation.predictions import check_finite
from ..utils.errors import DivergedError

LABELS = ('gt_instance_labels', 'gt_fields', 'gt_instances')


@HOOKS.register_module()
class FiniteHook(Hook):
    """Stop at the first loss that is NaN or infinite, and say which labels of its batch are not finite, if any.

    It reads the numbers that mmengine has put down for the log, so that a GPU is not waited for once more. Gradients that
    overflow with ``--amp`` are no loss: mmengine skips their step, and the training goes on.
    """

    priority = 'HIGH'  # after RuntimeInfoHook, before anything is averaged or saved

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: dict[str, Any] | None = None
    ) -> None:
        """Runs after each iteration.

        Raises:
            DivergedError: If a loss is not finite.
        """
        losses = {name: value for name, value in (outputs or {}).items() if 'loss' in name}
        if any(isinstance(hook, RuntimeInfoHook) for hook in runner.hooks):
            losses = {name: runner.message_hub.get_scalar(f'train/{name}').current() for name in losses}
        else:
            losses = {name: torch.as_tensor(value).item() for name, value in losses.items()}
        wrong = {name: value for name, value in losses.items() if not math.isfinite(value)}
        if wrong:
            told = ', '.join(f'{name}={value}' for name, value in wrong.items())
            raise DivergedError(
                f'iteration {runner.iter + 1}, epoch {runner.epoch + 1}: {told}: {_reason(runner, data_batch)}'
            )

    def after_val_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Sequence[Any] | None = None
    ) -> None:
        """Runs after each batch of a validation, whose metrics are computed at its end.

        Raises:
            DivergedError: If a prediction is not finite.
        """
        check_finite(outputs or ())

    after_test_iter = after_val_iter


def _reason(runner: Runner, data_batch: Any) -> str:
    """Why a loss is not finite, by what is in its batch."""
    wrong = list(_not_finite(data_batch)) if isinstance(data_batch, dict) else []
    if wrong:
        more = f'; and {len(wrong) - 3} more' if len(wrong) > 3 else ''
        return f'not finite are {"; ".join(wrong[:3])}{more}'
    rates = ', '.join(f'{max(rates):g}' for rates in runner.optim_wrapper.get_lr().values() if rates)
    amp = isinstance(runner.optim_wrapper, AmpOptimWrapper)
    return (
        f'labels and pictures are finite, so the training has diverged: a learning rate of {rates} may be too high'
        f'{", or a number left the range of --amp: train without" if amp else ""}'
    )


def _not_finite(data_batch: dict[str, Any]) -> Iterator[str]:
    """Pictures and annotations whose labels, or whose pixels, are not finite."""
    for inputs, sample in zip(data_batch.get('inputs', ()), data_batch.get('data_samples', ())):
        wrong = [] if _finite(inputs) else ['inputs']
        for part in LABELS:
            found: BaseDataElement = sample.get(part, BaseDataElement())
            wrong += [f'{part}.{name}' for name, value in found.items() if not _finite(value)]
        if wrong:
            yield f'{sample.get("img_path")}, annotation {sample.get("id")} ({", ".join(wrong)})'


def _finite(value: Any) -> bool:
    """Whether all numbers of an array are finite; what is no array has none."""
    if isinstance(value, torch.Tensor):
        return bool(value.isfinite().all())
    return not isinstance(value, np.ndarray) or value.dtype.kind not in 'fc' or bool(np.isfinite(value).all())
