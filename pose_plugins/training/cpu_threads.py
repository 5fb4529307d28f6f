"""How many threads a training on a CPU has: as many as are of use beside what else the machine does."""

import os
import statistics
import time
from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmpose.registry import HOOKS

# whoever sets one of them has chosen; in a distributed training mmengine sets the first
CHOSEN = 'OMP_NUM_THREADS', 'MKL_NUM_THREADS', 'OMP_THREAD_LIMIT', 'OMP_WAIT_POLICY', 'GOMP_SPINCOUNT'
WINDOW = 8  # steps whose median is compared
SLOWER = 1.5  # times the usual; a step varies by a fifth
FEW = 3  # steps in a row that are slower
BETTER = 0.95  # of the usual time, for less than which nothing is changed
FIRST_WAIT, MOST_WAIT = 4, 64  # windows between trials of more threads


class ThreadChoice:
    """Finds the number of threads with which steps are quick, by trying.

    PyTorch's threads spin while they wait for each other: where a core is busy with something else, two threads take many
    times as long as one. So fewer are tried at first, and whenever steps become slower; and more again from time to time,
    less and less often while they do not pay.

    Args:
        most: The most threads there may be.

    Attributes:
        threads: How many the next step shall have.
    """

    def __init__(self, most: int) -> None:
        self.most = self.threads = most
        self._usual: float | None = None  # seconds of a step with the number that was last chosen
        self._before: int | None = None  # that number, while another one is tried
        self._times: list[float] = []
        self._waited, self._wait = 0, FIRST_WAIT

    def took(self, seconds: float) -> None:
        """Learn how long a step took with ``threads``, and choose anew."""
        self._times.append(seconds)
        if self._before is not None:
            self._judge()
        elif self._slower():
            self._usual = statistics.median(self._times[-FEW:])
            self._try(self._fewer())
        elif len(self._times) == WINDOW:
            first, self._usual = self._usual is None, statistics.median(self._times)
            self._times, self._waited = [], self._waited + 1
            if first:
                self._try(self._fewer())
            elif self.threads < self.most and self._waited >= self._wait:
                self._try(self._more())

    def _fewer(self) -> int:
        return max(1, self.threads // 2)

    def _more(self) -> int:
        return min(2 * self.threads, self.most)

    def _slower(self) -> bool:
        last = self._times[-FEW:]
        return self._usual is not None and len(last) == FEW and min(last) > SLOWER * self._usual

    def _try(self, threads: int) -> None:
        """Let the next steps have another number of threads."""
        self._times, self._waited = [], 0
        if threads != self.threads:
            self._before, self.threads = self.threads, threads

    def _judge(self) -> None:
        """End a trial if enough is known: soon if it is slow, for it may be very slow."""
        assert self._usual is not None and self._before is not None
        enough = len(self._times) == WINDOW
        if not enough and not (len(self._times) >= 2 and min(self._times) > self._usual):
            return
        more = self.threads > self._before
        if enough and statistics.median(self._times) < BETTER * self._usual:
            self._usual, self._wait, self._before = statistics.median(self._times), FIRST_WAIT, None
            self._try(self._more() if more else self._fewer())  # on in the same direction
        else:
            self.threads, self._before = self._before, None
            self._wait = min(2 * self._wait, MOST_WAIT) if more else self._wait
            self._times, self._waited = [], 0


@HOOKS.register_module()
class ThreadsHook(Hook):
    """Give a training on a CPU as many threads as make its steps quick, by ``ThreadChoice``; the log says how many.

    Nothing is done on another device, and where the environment has one of ``CHOSEN``. With another number of threads sums
    are rounded otherwise, so that two trainings with one seed are the same to rounding alone.
    """

    priority = 'VERY_LOW'  # what other hooks do before a step does not count

    def __init__(self) -> None:
        self._choice: ThreadChoice | None = None
        self._began = 0.0

    def before_train(self, runner: Runner) -> None:
        """Runs once."""
        on_cpu = next(runner.model.parameters()).device.type == 'cpu'
        if on_cpu and torch.get_num_threads() > 1 and not any(name in os.environ for name in CHOSEN):
            self._choice = ThreadChoice(torch.get_num_threads())

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        """Runs before each step."""
        self._began = time.perf_counter()

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: dict | None = None
    ) -> None:
        """Runs after each step."""
        if self._choice is None:
            return
        before = self._choice.threads
        self._choice.took(time.perf_counter() - self._began)
        if self._choice.threads != before:
            torch.set_num_threads(self._choice.threads)
            runner.logger.info(
                f'{self._choice.threads} of {self._choice.most} threads from iteration {runner.iter + 2} on'
            )

    def after_train(self, runner: Runner) -> None:
        """Runs once: what comes after has all of them again."""
        if self._choice is not None:
            torch.set_num_threads(self._choice.most)
