"""A training's process up to its first step: ``python -m pose_plugins.experiments.start_process SECONDS CONFIG FOLDER``.

Prints as JSON how many seconds each part took; SECONDS is the time at which the process was asked for.
"""

import json
import sys
import time
from pathlib import Path
from typing import NoReturn


def main(asked: float, path: str, folder: str) -> None:
    """Begin a training of a config and end with its first step.

    Args:
        asked: When the process was asked for, as ``time.time()`` gives it.
        path: The config.
        folder: The training's.
    """
    took, last = {}, asked

    def lap(name: str) -> None:
        nonlocal last
        took[name], last = time.time() - last, time.time()

    from mmengine.hooks import Hook
    from mmpose.utils import register_all_modules

    from ..config import failures_explained, load_config
    from ..training.launch import build_runner

    class FirstStep(Hook):
        """Tells when the first step is done, and ends."""

        def after_train_iter(self, runner: object, *args: object, **kwargs: object) -> NoReturn:
            """Runs after a step."""
            lap('first step')
            Path(folder, 'start.json').write_text(json.dumps(took))
            sys.exit()

    register_all_modules()
    lap('imports')
    cfg = load_config(path)
    cfg.work_dir = folder
    lap('config')
    with failures_explained(cfg):
        runner = build_runner(cfg, ('train', 'val'), exact=False)
        lap('model, data sets and checks')
        runner.register_hook(FirstStep(), priority='LOWEST')
        runner.train()


if __name__ == '__main__':
    from ..utils.errors import one_line_errors

    with one_line_errors():
        main(float(sys.argv[1]), *sys.argv[2:])
