"""A training's process, or each of several: ``python -m pose_plugins.experiments.training_process CONFIG [options]``."""

from ..training.launch import train
from ..utils.errors import one_line_errors
from ..utils.processes import end_with_parent

if __name__ == '__main__':
    end_with_parent()
    with one_line_errors():
        train()
