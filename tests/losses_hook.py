"""A hook for trainings in several processes: each writes its losses, and how much memory it held, into the work directory."""

import json
import re
from pathlib import Path

from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmpose.registry import HOOKS
from torch.nn.modules.batchnorm import _BatchNorm


@HOOKS.register_module()
class LossesHook(Hook):
    """Every loss; every hundredth step the resident memory in megabytes. Nothing is normalised by its batch."""

    def before_train(self, runner):
        self.losses, self.memory = [], []

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        for layer in runner.model.modules():
            if isinstance(layer, _BatchNorm):
                layer.eval()

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        self.losses.append(outputs['loss'].item())
        if len(self.losses) % 100 == 0:
            (resident,) = re.findall(r'VmRSS:\s+(\d+) kB', Path('/proc/self/status').read_text())
            self.memory.append(int(resident) / 1024)

    def after_train(self, runner):
        path = Path(runner.work_dir, f'losses_{get_rank()}.json')
        path.write_text(json.dumps(dict(losses=self.losses, memory=self.memory)))
