"""The step after the gradients on a GPU: a few launches for all parameters instead of several for each."""

import math

import torch
from mmengine.optim import DefaultOptimWrapperConstructor
from mmpose.engine.hooks import ExpMomentumEMA
from mmpose.registry import MODELS, OPTIM_WRAPPER_CONSTRUCTORS
from torch import nn


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class MergedOptimWrapperConstructor(DefaultOptimWrapperConstructor):
    """mmengine's constructor, with one group for all parameters that are trained alike.

    By ``paramwise_cfg`` mmengine makes a group of each parameter, and torch's optimizers step group by group: those of Poseur
    are 442, which takes longer on a GPU than a forward pass. What is learned stays the same.
    """

    def add_params(
        self, params: list[dict], module: nn.Module, prefix: str = '', **settings: int | float | None
    ) -> None:
        """Add a module's parameters to the groups, as mmengine does; merge them once all are there.

        Args:
            params: The groups so far, changed in place.
            module: The module to add.
            prefix: Its name in the model; empty for the model itself.
            **settings: mmengine's own.
        """
        super().add_params(params, module, prefix, **settings)
        if prefix:
            return
        merged: dict[tuple, dict] = {}
        for group in params:
            alike = tuple(sorted((key, repr(value)) for key, value in group.items() if key != 'params'))
            merged.setdefault(alike, {**group, 'params': []})['params'].extend(group['params'])
        params[:] = merged.values()


@MODELS.register_module()
class MergedExpMomentumEMA(ExpMomentumEMA):
    """MMPose's ``ExpMomentumEMA``, all weights in two launches instead of two for each: the same mean."""

    def update_parameters(self, model: nn.Module) -> None:
        """Take the model's weights into the mean.

        Args:
            model: Of the same architecture.
        """
        if self.steps == 0 or self.steps % self.interval:  # a copy, or nothing
            super().update_parameters(model)
            return
        source = model.state_dict() if self.update_buffers else dict(model.named_parameters())
        pairs = [
            (mean.detach(), source[name].detach().to(mean.device))
            for name, mean in self.avg_parameters.items()
            if mean.is_floating_point()
        ]
        means, weights = (list(tensors) for tensors in zip(*pairs))
        momentum = (1 - self.momentum) * math.exp(-(1 + int(self.steps)) / self.gamma) + self.momentum
        torch._foreach_mul_(means, 1 - momentum)
        torch._foreach_add_(means, weights, alpha=momentum)
        if not self.update_buffers:
            for mean, buffer in zip(self.module.buffers(), model.buffers()):
                mean.copy_(buffer)
        self.steps += 1
