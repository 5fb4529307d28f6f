"""A training and what it came to: in a process of its own, resumable, of any config."""

import hashlib
import json
import re
import signal
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from filelock import FileLock
from mmengine.config import Config

from ..checkpoints import read_checkpoint
from ..config import config_dir
from ..datasets.check import annotation_files, data_sets
from ..training.checks import check_config
from ..training.resume import latest_checkpoint
from ..utils.errors import InputError
from ..utils.files import free_name, told_when_unwritable, whole_file, write_json, write_text
from .budget import iterations_per_epoch
from .logs import TrainingLog
from .run_process import handed_over, run_training
from .workers import TakenError, at_work

LOOPS = 'train', 'val', 'test'
COMMAND = ['-m', 'pose_plugins.experiments.training_process']
THREADS = dict(type='mmpose.ThreadsHook')
CLAIMS = '.claims.lock'  # for several commands may begin at once
PROCESSES = '.processes'  # of a training, in its folder
Measurements = dict[str, float]


@dataclass
class Run:
    """One training.

    Attributes:
        name: What it is called on the screen and in tables.
        config: Its config, all settings merged in.
        folder: Where it lives; nobody else writes there.
        seed: Of the training; None leaves what the config says.
        processes: Of its training, one a GPU.
        retest_of: The run of this folder, if this one only tests what that trained, with other settings.
    """

    name: str
    config: Config
    folder: Path
    seed: int | None = None
    processes: int = 1
    retest_of: 'Run | None' = None

    def __post_init__(self) -> None:
        if self.seed is not None:
            self.config.merge_from_dict({'randomness.seed': self.seed})

    @property
    def retest(self) -> bool:
        """Whether it trains nothing."""
        return self.retest_of is not None

    @property
    def config_name(self) -> str:
        """File name of the config."""
        return Path(self.config.filename).name

    @property
    def checkpoint(self) -> str | None:
        """The last checkpoint, if there is one."""
        return latest_checkpoint(self.folder)

    @property
    def done(self) -> bool:
        """Whether it was trained and measured, by whatever config and data."""
        return self._result is not None

    @property
    def current(self) -> bool:
        """Whether it was trained and measured by the present config and data."""
        return self.done and self._left_fingerprint() == (self.retest_of or self).fingerprint

    @property
    def _result_file(self) -> Path:
        return self.folder / (f'retest-{self.fingerprint[:16]}.json' if self.retest else 'result.json')

    @property
    def _result(self) -> Measurements | None:
        """The measurements; None if there are none yet, or the file is damaged."""
        try:
            result = json.loads(self._result_file.read_bytes())
        except (OSError, ValueError):
            return None
        return (
            result if isinstance(result, dict) and all(isinstance(n, (int, float)) for n in result.values()) else None
        )

    @property
    def _stamp(self) -> Path:
        """Says whose the folder is, and of which config and data what is in it was made."""
        return self.folder / 'fingerprint'

    @cached_property
    def log(self) -> TrainingLog:
        """Its curves."""
        return TrainingLog(self.folder)

    @property
    def processes_used(self) -> int:
        """How many processes its training had, which a later command need not know."""
        try:
            return int((self.folder / PROCESSES).read_text())
        except (OSError, ValueError):
            return 1

    @property
    def samples_per_iteration(self) -> int:
        """Of all its processes together; the log counts the iterations of one."""
        return self.config.train_dataloader.batch_size * self.processes_used

    @cached_property
    def iterations(self) -> int:
        """How many iterations the whole training has, in one process."""
        loop = self.config.train_cfg
        if 'max_iters' in loop:
            return loop.max_iters
        return loop.max_epochs * iterations_per_epoch(self.config)

    @cached_property
    def fingerprint(self) -> str:
        """Changes when the config or the annotations do, upon which a training starts anew.

        Raises:
            InputError: If the config cannot work or its data is not there.
        """
        for part in ('train_dataloader', 'train_cfg', 'test_dataloader', 'test_evaluator'):
            if not self.config.get(part):
                raise InputError(f'{self.config.filename}: has no {part}, by which a training is made and measured')
        if (self.config.get('default_hooks') or {}).get('checkpoint', {}) is None:
            raise InputError(
                f'{self.config.filename}: default_hooks.checkpoint=None: there would be nothing to measure'
            )
        backends = (self.config.get('visualizer') or {}).get('vis_backends', [dict(type='LocalVisBackend')])
        if not any('LocalVisBackend' in str(backend['type']) for backend in backends or ()):
            raise InputError(f'{self.config.filename}: visualizer.vis_backends lacks LocalVisBackend, for the curves')
        check_config(self.config, LOOPS)
        content = json.dumps(self.config.to_dict(), default=str)
        # wherever the package lies on this machine
        digest = hashlib.sha256(re.sub(r'"[^"]*/configs/_base_/', '"configs/_base_/', content).encode())
        for path in sorted({path for _, data in data_sets(self.config, LOOPS) for path in annotation_files(data)}):
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def check_folder(self) -> None:
        """Refuse a folder that holds what no run wrote.

        Raises:
            InputError: If there is something in it, and no run's fingerprint, or checkpoints that are not of its trainings.
        """
        with told_when_unwritable(self.folder):
            left = self._left_fingerprint()
            if left not in (None, self.fingerprint):
                with FileLock(self.folder.parent / CLAIMS):
                    self._check_idle()  # of all folders before the first is moved aside
            if left == self.fingerprint and not self.done:  # else they are not touched
                for path in self._foreign_checkpoints():
                    raise InputError(
                        f'{path}: was not written by the training of this folder, which would go on from it; move it away'
                    )
            if left or not self.folder.exists():
                return
            foreign = not self.folder.is_dir() or any(path.name[0] != '.' for path in self.folder.iterdir())
            if foreign and not self._left_fingerprint():  # by another command a moment ago
                raise InputError(
                    f'{self.folder}: holds what no training of this command left there; give another folder, or move it away'
                )

    def claim(self) -> None:
        """Make the folder this run's. What an earlier one of another config or data left there is moved aside.

        Raises:
            InputError: As ``check_folder``, or if the folder cannot be made.
        """
        self.check_folder()
        with told_when_unwritable(self.folder):
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self.folder.parent / CLAIMS):
                self._take()

    def _take(self) -> None:
        with told_when_unwritable(self.folder):
            if self._left_fingerprint() not in (None, self.fingerprint):
                self._check_idle()
                aside = free_name(self.folder)
                self.folder.rename(aside)
                text = f'{self.name}: config or data have changed, training starts anew; the old one is now {aside}'
                print(text, flush=True)
            self.folder.mkdir(parents=True, exist_ok=True)
        if self._left_fingerprint() is None:
            write_text(self._stamp, self.fingerprint)

    def _check_idle(self) -> None:
        """Refuse to move a folder away in which another command is at work."""
        try:
            with at_work(self.folder):
                pass
        except TakenError as worker:
            raise InputError(
                f'{self.folder}: {worker} trains there, by another config or other data; wait for it, or give another folder'
            ) from None

    def _left_fingerprint(self) -> str | None:
        """The fingerprint that a run left in the folder; None if there is none."""
        text = self._stamp.read_text(errors='replace') if self._stamp.is_file() else ''
        return text if re.fullmatch('[0-9a-f]{64}', text) else None

    def _foreign_checkpoints(self) -> Iterator[Path]:
        """Checkpoints that do not say that a training of this fingerprint wrote them; damaged ones are passed over later."""
        for path in sorted(self.folder.glob('*.pth')):
            try:
                meta = read_checkpoint(path).get('meta')
            except InputError:
                continue
            if not isinstance(meta, dict) or self._experiment not in str(meta.get('experiment_name')):
                yield path

    @property
    def _experiment(self) -> str:
        """The training's name for mmengine, in its checkpoints too."""
        return f'{self.folder.name}-{self.fingerprint[:16]}'

    def train(self, told: Callable[[TrainingLog], None] = lambda log: None) -> None:
        """Train, or go on where it stopped, in a process of its own that ends with this one. To be called within ``at_work``.

        Args:
            told: Called about once a second with the log.

        Raises:
            InputError: If the training fails.
        """
        config, told_file = self.folder / self.config_name, self.folder / '.failure.json'
        named = deepcopy(self.config)
        named.update(experiment_name=self._experiment, custom_hooks=[*(named.get('custom_hooks') or ()), THREADS])
        with whole_file(config) as partial:
            named.dump(partial)
        told_file.unlink(missing_ok=True)
        write_text(self.folder / PROCESSES, str(self.processes))
        log_file = self.folder / 'train.log'

        def look() -> None:
            self.log.update()
            told(self.log)

        returncode = run_training(self._command(str(config)), self.folder, log_file, told_file, look)
        self.log.update()
        where = f'(the whole log is {log_file})'
        if returncode < 0:
            raise InputError(f'training {self.name} was ended by {signal.Signals(-returncode).name} {where}')
        if returncode:
            reason = handed_over(told_file) or 'why it did not tell in one line, the log ends with its error'
            raise InputError(f'training {self.name} failed: {reason} {where}')
        if not self.checkpoint:
            raise InputError(f'training {self.name} left no checkpoint {where}')
        if not self.log.iteration:
            raise InputError(
                f'training {self.name} left no log of its loss, as a LocalVisBackend writes after every '
                f'default_hooks.logger.interval iterations {where}'
            )

    def _command(self, config: str) -> list[str]:
        """The command that trains a config, in one process or in several."""
        if self.processes == 1:
            return [sys.executable, *COMMAND, config]
        together = str(config_dir().parent / 'tools/processes.py'), str(self.processes)
        return [sys.executable, *together, *COMMAND, config, '--launcher', 'pytorch']

    def result(self, measure: Callable[['Run'], Measurements]) -> Measurements:
        """Measurements of the trained model; made once, then kept with it.

        Args:
            measure: Measures a trained run.

        Returns:
            Name -> figure.
        """
        if (result := self._result) is not None:
            return result
        measured = measure(self)
        write_json(self._result_file, measured, indent=1)
        return measured
