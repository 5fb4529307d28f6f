"""Hooks that mmengine lacks: a memory format, and a check of checkpoints."""

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmpose.registry import HOOKS

from ..checkpoints import check_fit, weights_of


@HOOKS.register_module()
class ChannelsLastHook(Hook):
    """Put a model's weights into ``torch.channels_last`` before it trains or is tested.

    Convolutions then give channels-last feature maps as well. Results are the same to rounding; a small HRNet trains
    about 1.4 times faster on a CPU.
    """

    def before_run(self, runner: Runner) -> None:
        """Runs once, before training or testing."""
        runner.model.to(memory_format=torch.channels_last)


@HOOKS.register_module()
class CheckpointGuardHook(Hook):
    """Refuse the checkpoint of another model, which mmengine would load as far as it fits, and use none of its code.

    Args:
        exact: Whether the checkpoint must hold just the model's weights: True to test or to resume, False to
            fine-tune from it.
    """

    def __init__(self, exact: bool = True) -> None:
        self.exact = exact

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Runs when the runner has read a checkpoint and before it uses it.

        Raises:
            InputError: If the weights are not the model's.
        """
        if self.exact:
            model = getattr(runner.model, 'module', runner.model)
            check_fit(model, weights_of(checkpoint), runner._load_from or 'the checkpoint')
        # mmengine would run the config that the checkpoint holds as Python code, to see on how many GPUs it was trained
        checkpoint.get('meta', {}).pop('config', None)
