"""MMPose's own training and testing, with what they lack: several processes without a GPU, and one clear line for a config
or a checkpoint that cannot be used."""

import logging
import sys
from collections.abc import Sequence
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import mmengine
import mmpose
import torch
import torch.distributed as dist
from mmengine.config import Config
from mmengine.logging import print_log
from mmengine.runner import Runner

from ..config import load_config
from ..datasets.check import check_data
from ..datasets.explain import records_explained
from ..utils.errors import InputError
from ..utils.files import told_when_unwritable, whole_file
from .checkpoint_hook import use_whole_checkpoints
from .checks import check_config
from .finite import FiniteHook
from .hooks import CheckpointGuardHook
from .rehearsal import RehearsalHook, check_batches
from .resume import agree_on_checkpoint, latest_checkpoint
from .sizes import SizesHook
from .weights import check_pretrained, check_start


def train() -> None:
    """``tools/train.py``: the options of MMPose's tool, and its runner."""
    tool = _mmpose_tool('train')
    args = tool.parse_args()
    cfg = load_config(args.config, args.cfg_options)
    load_from = cfg.get('load_from')
    cfg = tool.merge_args(cfg, args)
    if cfg.get('resume') and not cfg.load_from:
        cfg.load_from = latest_checkpoint(cfg.work_dir)
        if not cfg.load_from:  # the first start of a job that resumes: from what the config names, not from nothing
            cfg.resume, cfg.load_from = False, load_from
    with records_explained():
        build_runner(cfg, ('train', 'val'), exact=bool(cfg.get('resume'))).train()


def test() -> None:
    """``tools/test.py``: the options of MMPose's tool, and its runner; the checkpoint must be the model's."""
    tool = _mmpose_tool('test')
    args = tool.parse_args()
    cfg = load_config(args.config, args.cfg_options)
    if args.dump and 'metrics' in (cfg.get('test_evaluator') or ()):
        raise InputError(f'--dump: {args.config} has an evaluator of several data sets, MMPose dumps those of one only')
    cfg = tool.merge_args(cfg, args)
    with records_explained():
        metrics = build_runner(cfg, ('test',), exact=True).test()
    if args.out:
        with whole_file(args.out) as partial:
            mmengine.dump(metrics, partial)


def browse() -> None:
    """``tools/browse_dataset.py``: MMPose's tool and its options, which draws a config's samples as the network gets them.

    For several data sets MMPose's needs a folder to write to; without ``--output-dir`` it is one in ``work_dirs``.
    """
    tool = _mmpose_tool('misc/browse_dataset')
    args = tool.parse_args()
    cfg = load_config(args.config, args.cfg_options)
    check_data(cfg, (args.phase,))
    if args.output_dir is None and 'datasets' in cfg[f'{args.phase}_dataloader'].dataset:
        folder = Path('work_dirs', Path(args.config).stem, 'samples')
        print(f'several data sets: their samples are written to {folder}')
        sys.argv += ['--output-dir', str(folder)]
    with records_explained():
        tool.main()


def build_runner(cfg: Config, loops: Sequence[str], exact: bool) -> Runner:
    """Build the runner of a config, after a look at the weights it is to start from; they are in the cache then.

    Args:
        cfg: With the command line's options merged in.
        loops: Which of 'train', 'val' and 'test' it will run.
        exact: Whether that checkpoint must hold just the model's weights.

    Returns:
        mmengine's.

    Raises:
        InputError: If the checkpoint or the weights of an ``init_cfg`` cannot be had, or the config cannot work (see
            ``check_config``); that a checkpoint does not fit is found when the runner loads it.
    """
    check_start(cfg, fine_tuned=not exact)
    check_config(cfg, loops)
    if 'train' in loops:
        check_pretrained(cfg)
    _use_cpu_processes(cfg)
    use_whole_checkpoints(cfg)
    if cfg.get('work_dir'):
        with told_when_unwritable(cfg.work_dir):
            Path(cfg.work_dir).mkdir(parents=True, exist_ok=True)
    runner = Runner.from_cfg(cfg)
    agree_on_checkpoint(runner)
    runner.register_hook(CheckpointGuardHook(exact))
    for hook in (SizesHook, RehearsalHook, FiniteHook):
        if not any(isinstance(registered, hook) for registered in runner.hooks):
            runner.register_hook(hook())
    if 'train' in loops:
        check_batches(runner)
    return runner


def _mmpose_tool(name: str) -> ModuleType:
    """MMPose's command-line tool 'train', 'test' or 'misc/browse_dataset' as a module."""
    path = Path(mmpose.__file__).parent / f'.mim/tools/{name}.py'
    if not path.is_file():
        raise InputError(f'{path} is missing: the installed mmpose is not whole, install it again')
    tool = ModuleType(f'mmpose_{path.stem}')
    SourceFileLoader(tool.__name__, str(path)).exec_module(tool)
    return tool


def _use_cpu_processes(cfg: Config) -> None:
    """Let ``--launcher pytorch`` work where there is no GPU, which mmengine's launcher takes for granted.

    mmengine leaves a process group alone that exists already; a gloo group, and a model wrapper that names no device, are
    all it takes.
    """
    if cfg.get('launcher') != 'pytorch' or torch.cuda.is_available():
        return
    if not dist.is_initialized():
        dist.init_process_group('gloo')
    cfg.model_wrapper_cfg = dict(type='MMDistributedDataParallel', broadcast_buffers=False, device_ids=None)
    if cfg.get('sync_bn'):  # which PyTorch has for GPUs only
        print_log(
            'sync_bn: there is no GPU, every process normalises by its own part of the batch', level=logging.WARNING
        )
        cfg.sync_bn = None
