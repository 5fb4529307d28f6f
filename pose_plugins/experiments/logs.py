"""Reads what mmengine wrote down about a training, over all its interruptions."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

TIMES = 'data_time', 'step', 'time'  # beside the metrics of an evaluation


class TrainingLog:
    """Curves of one training. ``update`` reads what has come since it was called last.

    Every start of a training made a folder of its own; where a resumed one did iterations again, the later one counts.

    Args:
        folder: The training's work directory.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[Path, int] = {}  # bytes of each file
        self._last = 0  # the iteration of the last line
        self._trains = False  # whether this start has trained yet
        self._made_up: int | None = None  # where the evaluation was put with which it began
        self._trained: dict[int, tuple[float, float]] = {}  # iteration -> loss, seconds of an iteration
        self.evaluations: dict[int, dict[str, float]] = {}
        """The last iteration that was logged before -> what the evaluators gave."""
        self.update()

    def update(self) -> None:
        """Read the lines that were added since."""
        for path in sorted(self.folder.glob('*/vis_data/scalars.json')):
            for entry in self._added(path):
                if 'iter' in entry:  # of training; evaluations count their own steps, or epochs
                    self._last = entry['step']
                    if self._made_up is not None:  # which was of where this start went on from, as is known now
                        before = max((step for step in self._trained if step < self._last), default=0)
                        self.evaluations[before] = self.evaluations.pop(self._made_up)
                        self._made_up = None
                    self._trained[self._last] = entry['loss'], entry['time']
                    self._trains = True
                else:
                    self.evaluations[self._last] = {name: entry[name] for name in entry if name not in TIMES}
                    self._made_up = None if self._trains else self._last

    def _added(self, path: Path) -> Iterator[dict]:
        """Whole new lines of a file: the last one may be in the writing, or have been when the training was interrupted."""
        if path not in self._read:
            self._last, self._made_up, self._trains = self.iteration, None, False
        with path.open('rb') as file:
            file.seek(self._read.get(path, 0))
            added = file.read()
        whole = added[: added.rfind(b'\n') + 1]
        self._read[path] = self._read.get(path, 0) + len(whole)
        for line in whole.splitlines():
            try:  # a training that was started again within a second goes on in the line that was cut off; lines are flat
                yield json.loads(line[max(line.rfind(b'{'), 0) :])
            except ValueError:  # cut off, and nothing after it
                continue

    @property
    def steps(self) -> np.ndarray:
        """Iterations that were logged, (n,)."""
        return np.array(sorted(self._trained), int)

    @property
    def losses(self) -> np.ndarray:
        """The loss at each of ``steps``, (n,)."""
        return np.array([self._trained[step][0] for step in self.steps])

    @property
    def seconds(self) -> np.ndarray:
        """The time of training up to each of ``steps``, (n,), loading of data included and validation not."""
        steps = self.steps
        times = np.array([self._trained[step][1] for step in steps])  # means since the entry before
        return np.cumsum(times * np.diff(steps, prepend=0))

    @property
    def iteration(self) -> int:
        """The last iteration that was logged; 0 if nothing was trained yet."""
        return max(self._trained, default=0)

    def curve(self, metric: str) -> tuple[np.ndarray, np.ndarray]:
        """A metric over the training.

        Args:
            metric: As the evaluators name it.

        Returns:
            Iterations, as in ``evaluations``, and values, (n,) each.
        """
        points = [(step, metrics[metric]) for step, metrics in sorted(self.evaluations.items()) if metric in metrics]
        steps, values = zip(*points, strict=True) if points else ((), ())
        return np.array(steps, int), np.array(values, float)
