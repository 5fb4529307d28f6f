"""What mmengine wrote down about a training run, over all its interruptions."""

import json
from dataclasses import dataclass, field


@dataclass
class TrainingLog:
    """Curves of one run.

    Attributes:
        steps, losses: Training iterations and the loss there.
        seconds: For each of ``steps``, the training time up to it, data loading included and validation not.
        epochs, scores: Epochs after which the held-out people were evaluated, and the AP.
    """

    steps: list = field(default_factory=list)
    losses: list = field(default_factory=list)
    seconds: list = field(default_factory=list)
    epochs: list = field(default_factory=list)
    scores: list = field(default_factory=list)


def read_log(work_dir):
    """Read the scalars that mmengine's visualizer backend left in a work directory.

    Every start of the run made a folder of its own; where a resumed run did iterations again, the later one counts.

    Args:
        work_dir (Path): The run's work directory.

    Returns:
        TrainingLog: Empty if nothing was trained yet.
    """
    trained, evaluated = {}, {}
    for path in sorted(work_dir.glob('*/vis_data/scalars.json')):
        for line in path.read_text().splitlines():
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:
                continue  # the line that is being written, or was when the run was interrupted
            if 'loss' in entry:
                trained[entry['step']] = entry
            elif 'coco/AP' in entry:
                evaluated[entry['step']] = entry['coco/AP']
    log, seconds, before = TrainingLog(), 0.0, 0
    for step in sorted(trained):
        seconds += trained[step]['time'] * (step - before)  # 'time' is the mean since the entry before
        before = step
        log.steps.append(step)
        log.losses.append(trained[step]['loss'])
        log.seconds.append(seconds)
    log.epochs = sorted(evaluated)
    log.scores = [evaluated[epoch] for epoch in log.epochs]
    return log
