"""MMPose's own training and testing, with what they lack: several processes without a GPU, and one clear line for a config
or a checkpoint that cannot be used."""

import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import mmengine
import mmpose
from mmengine.config import Config
from mmengine.dist import is_main_process
from mmengine.runner import Runner

from ..checkpoints.models import find_model, list_models
from ..config import OptionsAction, failures_explained, load_config
from ..datasets.check import check_data
from ..datasets.explain import records_explained
from ..utils.arguments import at_least
from ..utils.destinations import check_file, check_folder
from ..utils.errors import InputError
from ..utils.files import partial_name, told_when_unwritable, whole_file
from ..utils.memory import keep_freed_memory
from .checkpoint_hook import use_whole_checkpoints
from .checks import check_config
from .finite import FiniteHook
from .hooks import CheckpointGuardHook
from .processes import check_launcher, use_cpu_processes
from .rehearsal import RehearsalHook, check_batches
from .resume import agree_on_checkpoint, latest_checkpoint
from .sizes import SizesHook
from .trial import told
from .weights import check_pretrained, check_start, check_taken


def train() -> None:
    """``tools/train.py``: the options of MMPose's tool, and its runner."""
    tool = _mmpose_tool('train')
    args = tool.parse_args()
    cfg = load_config(args.config, args.cfg_options)
    load_from = cfg.get('load_from')
    cfg = _merged(tool, cfg, args)
    if cfg.get('resume') and not cfg.get('load_from'):
        cfg.load_from = latest_checkpoint(cfg.work_dir)
        if not cfg.load_from:  # the first start of a job that resumes: from what the config names, not from nothing
            cfg.resume, cfg.load_from = False, load_from
    keep_freed_memory()
    with failures_explained(cfg), records_explained():
        build_runner(cfg, ('train', 'val'), exact=bool(cfg.get('resume'))).train()


def test() -> None:
    """``tools/test.py``: the options of MMPose's tool, and its runner; the checkpoint must be the model's.

    In the place of the config may stand the name of a model, as in ``find_model``, and a packaged one needs no checkpoint.
    """
    tool = _mmpose_tool('test')
    sys.argv[1:] = _named_model(sys.argv[1:])
    args = tool.parse_args()
    cfg = load_config(args.config, args.cfg_options)
    if args.dump and 'metrics' in (cfg.get('test_evaluator') or ()):
        raise InputError(f'--dump: {args.config} has an evaluator of several data sets, MMPose dumps those of one only')
    if args.out:
        check_file(args.out, '--out', ('.json', '.yaml', '.yml', '.pkl', '.pickle'))
    keep_freed_memory()
    with _whole_dump(args):
        cfg = _merged(tool, cfg, args)
        with failures_explained(cfg), records_explained():
            metrics = build_runner(cfg, ('test',), exact=True).test()
    if args.out and is_main_process():
        with whole_file(args.out) as partial:
            mmengine.dump(metrics, partial)


def _named_model(arguments: list[str]) -> list[str]:
    """Arguments of a test with config and checkpoint instead of a model's name, which may stand behind options."""
    if not arguments or any(argument.endswith('.py') for argument in arguments) or Path(arguments[0]).is_file():
        return arguments
    known = list_models()
    places = [place for place, argument in enumerate(arguments) if argument in known]
    if not places and arguments[0].startswith('-'):
        return arguments
    place = places[-1] if places else 0
    before, name, after = arguments[:place], arguments[place], arguments[place + 1 :]
    given = after[:1] if after and not after[0].startswith('-') else []
    found = find_model(name, *given)
    return [*before, str(found.config), found.weights, *after[len(given) :]]


def browse() -> None:
    """``tools/browse_dataset.py``: MMPose's tool and its options, which draws a config's samples as the network gets them.

    For several data sets MMPose's needs a folder to write to; without ``--output-dir`` it is one in ``work_dirs``.
    """
    tool = _mmpose_tool('misc/browse_dataset')
    args = tool.parse_args()
    cfg = load_config(args.config, args.cfg_options)
    if not cfg.get(f'{args.phase}_dataloader'):
        raise InputError(f'{args.config}: has no {args.phase}_dataloader')
    if args.output_dir is not None:
        check_folder(args.output_dir, '--output-dir')
    check_data(cfg, (args.phase,))
    if args.output_dir is None and 'datasets' in cfg[f'{args.phase}_dataloader'].dataset:
        folder = Path('work_dirs', Path(args.config).stem, 'samples')
        print(f'several data sets: their samples are written to {folder}')
        sys.argv += ['--output-dir', str(folder)]
    with failures_explained(cfg), records_explained():
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
        InputError: If the checkpoint or the weights of an ``init_cfg`` cannot be had, these are another network's, or the
            config cannot work (see ``check_config``); that a checkpoint does not fit is found when the runner loads it.
    """
    check_start(cfg, fine_tuned=not exact)
    check_config(cfg, loops)
    if 'train' in loops:
        check_pretrained(cfg)
    use_cpu_processes(cfg)
    use_whole_checkpoints(cfg)
    if cfg.get('work_dir'):
        with told_when_unwritable(cfg.work_dir):
            Path(cfg.work_dir).mkdir(parents=True, exist_ok=True)
    runner = Runner.from_cfg(cfg)
    if 'train' in loops:
        check_taken(cfg, getattr(runner.model, 'module', runner.model))
    agree_on_checkpoint(runner)
    runner.register_hook(CheckpointGuardHook(exact))
    for hook in (SizesHook, RehearsalHook, FiniteHook):
        if not any(isinstance(registered, hook) for registered in runner.hooks):
            runner.register_hook(hook())
    if 'train' in loops:
        check_batches(runner)
    return runner


def _merged(tool: ModuleType, cfg: Config, args: Namespace) -> Config:
    """The config with the command line's options, and with folders that can be written."""
    if args.show or args.show_dir is not None:
        at_least(1, interval=args.interval)
        at_least(0, wait_time=args.wait_time)
    try:
        cfg = tool.merge_args(cfg, args)
    except (AssertionError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f'{args.config}: does not take the options given: {told(error)}') from None
    if cfg.get('preprocess_cfg') and cfg.get('model'):  # as MMPose's tool
        cfg.model.setdefault('data_preprocessor', cfg.preprocess_cfg)
    check_folder(cfg.work_dir, 'work_dir')
    if args.show_dir is not None:
        check_folder(args.show_dir, '--show-dir')
    check_launcher(cfg.launcher)
    return cfg


@contextmanager
def _whole_dump(args: Namespace) -> Iterator[None]:
    """Let MMPose, which dumps predictions in place, write them beside it until they are whole."""
    if args.dump is None:
        yield
        return
    check_file(args.dump, '--dump', ('.pkl', '.pickle'))
    path, partial = Path(args.dump), partial_name(Path(args.dump))
    args.dump = str(partial)
    try:
        yield
        if is_main_process():
            with told_when_unwritable(path):
                partial.replace(path)
    finally:
        if is_main_process():
            partial.unlink(missing_ok=True)


def _mmpose_tool(name: str) -> ModuleType:
    """MMPose's command-line tool 'train', 'test' or 'misc/browse_dataset' as a module."""
    path = Path(mmpose.__file__).parent / f'.mim/tools/{name}.py'
    if not path.is_file():
        raise InputError(f'{path} is missing: the installed mmpose is not whole, install it again')
    tool = ModuleType(f'mmpose_{path.stem}')
    SourceFileLoader(tool.__name__, str(path)).exec_module(tool)
    tool.DictAction = OptionsAction  # type: ignore[attr-defined]
    return tool
