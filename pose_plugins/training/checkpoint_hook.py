"""Keeps checkpoints so that a training that is ended at any moment goes on from the last one that is whole."""

import hashlib
import inspect
import io
import os
from collections.abc import Iterable
from copy import copy
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.dist import is_main_process, master_only
from mmengine.fileio import LocalBackend, get_file_backend
from mmengine.hooks import CheckpointHook
from mmengine.logging import print_log
from mmengine.runner import EpochBasedTrainLoop, Runner
from mmpose.registry import HOOKS

from ..checkpoints import plain, read_checkpoint
from ..utils.errors import InputError, similar
from ..utils.files import partial_name, told_when_unwritable
from .checkpoint_files import LateRemoval, OwnNames, WholeFileBackend
from .random_state import random_states, set_random_states

ADDED = 'whole_checkpoint'  # the key of a checkpoint under which the hook adds to it


@HOOKS.register_module()
class WholeCheckpointHook(CheckpointHook):
    """mmengine's hook, whose checkpoints outlive whatever ends the training, even while one is written.

    A local checkpoint is written beside its place and moved there when it is whole; old ones go after that, and only those
    that this training wrote. Checkpoints hold plain data, and where epochs are counted also the state of the random numbers:
    with the same ``randomness.seed`` and ``num_workers=0`` a resumed training goes on just as if it had never been
    interrupted; the evaluation that was due after its last checkpoint is made first. (Workers that persist over epochs have
    random numbers of their own, which start anew.)

    Args:
        *arguments: As mmengine's ``CheckpointHook``.
        **named: The same.

    Raises:
        InputError: If there is no such argument, or its value cannot be.
    """

    file_backend: Any
    file_client_args: Any
    backend_args: Any

    def __init__(self, *arguments: Any, **named: Any) -> None:
        known = [name for name, p in inspect.signature(CheckpointHook).parameters.items() if p.kind != p.VAR_KEYWORD]
        for name in named:
            if name not in known:
                raise InputError(f'{type(self).__name__}: has no argument {name!r}{similar(name, known)}')
        for name in ('interval', 'max_keep_ckpts', 'save_begin'):
            if type(named.get(name, 1)) is not int:
                raise InputError(f'{type(self).__name__}: {name}={named[name]!r}: must be a whole number')
        try:
            super().__init__(*arguments, **named)
            self._names = OwnNames(self.filename_tmpl)
        except (AssertionError, KeyError, TypeError, ValueError) as error:
            raise InputError(f'{type(self).__name__}: {" ".join(str(error).split())}') from None
        self._resumed: dict[str, Any] = {}  # what the checkpoint says that this hook wrote into it
        self._added: dict[str, Any] = {}  # what the one that is being written is to say
        self._evaluated = False

    def check_metrics(self, names: Iterable[str]) -> None:
        """Refuse a ``save_best`` that names none of the metrics.

        Args:
            names: Of all metrics that the evaluators give.

        Raises:
            InputError: Naming it, and those that there are; or if ``auto`` takes one of which ``rule`` must be told.
        """
        names = list(names)
        if not self.save_best or not names:
            return
        for key in self.key_indicators:
            if key not in (*names, 'auto'):
                raise InputError(
                    f'default_hooks.checkpoint.save_best={key!r}: the evaluators give no such metric{similar(key, names)}; '
                    f'they give {", ".join(names)}'
                )
        if 'auto' in self.key_indicators:
            try:
                copy(self)._init_rule(self.rules, names[:1])
            except ValueError:
                raise InputError(
                    f"default_hooks.checkpoint.save_best='auto' takes {names[0]}: rule='greater' or rule='less' must say "
                    'which of two is better'
                ) from None

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Runs when the runner has read a checkpoint: remember what this hook wrote into it."""
        said = checkpoint.pop(ADDED, None)
        self._resumed = said if runner._resume and isinstance(said, dict) else {}

    def before_train(self, runner: Runner) -> None:
        """Runs once, before the first epoch or where a resumed training goes on.

        Raises:
            InputError: If the folder of checkpoints cannot be written.
        """
        folder = self._folder(runner)
        here = self._prepare(folder)
        last = self._resumed_from(runner, folder) if here else None
        self._forget_foreign(runner, folder, resumed_here=last is not None or not here)
        super().before_train(runner)
        self.file_backend = LateRemoval(self.file_backend, self.out_dir, self._names)
        self.last_ckpt = last
        if last and is_main_process():  # what the interruption left
            replaced = self._resumed.get('replaced')
            for name in replaced if isinstance(replaced, list) else ():
                self.file_backend.remove(os.path.join(self.out_dir, str(name)))
            self._remove_old()
        if 'random_states' in self._resumed and isinstance(runner.train_loop, EpochBasedTrainLoop):
            set_random_states(self._resumed['random_states'])
            self._make_up_evaluation(runner)

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Runs in the main process before a checkpoint is written: all that our reader would refuse becomes plain."""
        for key in checkpoint:
            if not key.endswith('state_dict'):
                checkpoint[key] = plain(checkpoint[key], key)
        if self._added:
            checkpoint[ADDED] = {**self._added, 'replaced': self.file_backend.put_off}

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float]) -> None:
        """Runs after each evaluation.

        Raises:
            InputError: As ``check_metrics``, or if a checkpoint cannot be written.
        """
        self.check_metrics(metrics)
        self._evaluated = True
        try:
            super().after_val_epoch(runner, metrics)
        finally:
            self._evaluated = False

    def _folder(self, runner: Runner) -> str:
        """Where checkpoints will be, as mmengine puts it together."""
        if self.out_dir is None or str(self.out_dir) == runner.work_dir:
            return runner.work_dir
        return os.path.join(str(self.out_dir), os.path.basename(runner.work_dir.rstrip(os.sep)))

    def _prepare(self, folder: str) -> bool:
        """Make the folder of checkpoints, if it is local; what was left unfinished there goes. Whether it is."""
        local = self.file_client_args in (None, dict(backend='disk')) and isinstance(
            get_file_backend(folder, backend_args=self.backend_args), LocalBackend
        )
        if local:
            self.file_client_args, self.backend_args = None, dict(backend='whole')
        if local and is_main_process():
            with told_when_unwritable(folder):
                Path(folder).mkdir(parents=True, exist_ok=True)
                if not os.access(folder, os.W_OK | os.X_OK):
                    raise PermissionError(13, 'Permission denied')
                for path in Path(folder).glob('.*.partial*'):
                    whole = path.name[1:].replace('.partial', '', 1)
                    if self._names.include(whole) and path == partial_name(path.with_name(whole)):
                        path.unlink()
        return local

    def _resumed_from(self, runner: Runner, folder: str) -> str | None:
        """The checkpoint that was resumed, if it is one of this folder."""
        if not runner._resume or not runner._load_from:
            return None
        name = os.path.relpath(os.path.realpath(runner._load_from), os.path.realpath(folder))
        return os.path.join(folder, name) if self._names.include(name) else None

    def _forget_foreign(self, runner: Runner, folder: str, resumed_here: bool) -> None:
        """Take only those old checkpoints over that are this training's: mmengine would remove whatever a file names."""
        info = runner.message_hub.runtime_info
        if 'keep_ckpt_ids' in info:
            steps = info['keep_ckpt_ids'] if resumed_here and isinstance(info['keep_ckpt_ids'], list) else []
            info['keep_ckpt_ids'] = [step for step in steps if type(step) is int and step >= 0]
        for key in [key for key in info if key.startswith('best_ckpt')]:
            name = os.path.basename(str(info[key]))
            if resumed_here and self._names.include(name):
                info[key] = get_file_backend(folder).join_path(folder, name)  # the folder may have been moved
            else:
                del info[key]

    def _make_up_evaluation(self, runner: Runner) -> None:
        """Evaluate a resumed model as was due after its checkpoint, unless that says that it was done."""
        loop = runner.train_loop
        loop._decide_current_val_interval()
        due = runner.val_loop is not None and loop.epoch >= max(loop.val_begin, 1)
        due = due and (loop.epoch % loop.val_interval == 0 or loop.epoch == loop.max_epochs)
        if due and not self._resumed.get('evaluated'):
            runner.logger.info(f'Epoch {loop.epoch} may not have been evaluated before the interruption: it is now')
            runner.val_loop.run()

    def _save_checkpoint_with_step(self, runner: Runner, step: int, meta: dict) -> None:
        self._added = dict(evaluated=self._evaluated)
        if self.by_epoch:
            self._added['random_states'] = random_states()
        with told_when_unwritable(self.out_dir):
            super()._save_checkpoint_with_step(runner, step, meta)
            self._added = {}
            self._remove_old()

    def _save_best_checkpoint(self, runner: Runner, metrics: dict[str, float]) -> None:
        with told_when_unwritable(self.out_dir):
            super()._save_best_checkpoint(runner, metrics)
            self._remove_old()

    def _remove_old(self) -> None:
        """Remove what mmengine wanted to go, now that its successor is there."""
        best = [getattr(self, 'best_ckpt_path', None), *getattr(self, 'best_ckpt_path_dict', {}).values()]
        self.file_backend.carry_out([self.last_ckpt, *best])

    @master_only
    def _publish_model(self, runner: Runner, ckpt_path: str | None) -> None:
        """Write a checkpoint with the published keys alone, whole, its name with the file's SHA-256."""
        if ckpt_path is None:  # no best one yet
            return
        if not isinstance(get_file_backend(self.out_dir, backend_args=self.backend_args), WholeFileBackend):
            super()._publish_model(runner, ckpt_path)
            return
        checkpoint, content = read_checkpoint(ckpt_path), io.BytesIO()
        torch.save({key: checkpoint[key] for key in self.published_keys if key in checkpoint}, content)
        path = f'{os.path.splitext(ckpt_path)[0]}-{hashlib.sha256(content.getvalue()).hexdigest()[:8]}.pth'
        self.file_backend.put(content.getvalue(), path)
        print_log(f'The checkpoint ({ckpt_path}) is published to {path}.', logger='current')


def use_whole_checkpoints(cfg: Config) -> None:
    """Let a config have ``WholeCheckpointHook`` wherever it has mmengine's hook, or none, for which mmengine takes its own.

    Args:
        cfg: A runner's.
    """
    hooks = cfg.get('default_hooks') or {}
    checkpoint = hooks.get('checkpoint', dict(type='CheckpointHook', interval=1))  # mmengine's default
    for hook in (checkpoint, *(cfg.get('custom_hooks') or ())):
        if isinstance(hook, dict) and hook.get('type') in (CheckpointHook, 'CheckpointHook', 'mmengine.CheckpointHook'):
            hook['type'] = f'{HOOKS.scope}.{WholeCheckpointHook.__name__}'
    cfg.default_hooks = {**hooks, 'checkpoint': checkpoint}
