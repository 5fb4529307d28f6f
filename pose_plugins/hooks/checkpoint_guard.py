"""What is checked of a checkpoint between reading it and using it."""

from mmengine.hooks import Hook
from mmpose.registry import HOOKS

from ..checkpoints import check_fit, weights_of


@HOOKS.register_module()
class CheckpointGuardHook(Hook):
    """Refuse the checkpoint of another model, which mmengine would load as far as it fits, and use none of its code.

    Args:
        exact (bool): Whether the checkpoint must hold just the model's weights: True to test or to resume, False to
            fine-tune from it.
    """

    def __init__(self, exact=True):
        self.exact = exact

    def after_load_checkpoint(self, runner, checkpoint):
        """Runs when the runner has read a checkpoint and before it uses it.

        Raises:
            InputError: If the weights are not the model's.
        """
        if self.exact:
            model = getattr(runner.model, 'module', runner.model)
            check_fit(model, weights_of(checkpoint), runner._load_from or 'the checkpoint')
        # mmengine would run the config that the checkpoint holds as Python code, to see on how many GPUs it was trained
        checkpoint.get('meta', {}).pop('config', None)
