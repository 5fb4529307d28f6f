"""Refuses types and arguments that there are not, before anything is built."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from difflib import get_close_matches
from importlib.util import find_spec
from typing import Any, NoReturn

import mmpose.registry
from mmengine.config import Config
from mmengine.registry import FUNCTIONS, DefaultScope, Registry
from mmengine.runner import EpochBasedTrainLoop, IterBasedTrainLoop, LogProcessor, Runner, TestLoop, ValLoop
from mmengine.utils.dl_utils import set_multi_processing
from mmpose.models.pose_estimators.base import BasePoseEstimator
from mmpose.registry import (
    DATA_SAMPLERS,
    EVALUATORS,
    LOG_PROCESSORS,
    MODEL_WRAPPERS,
    MODELS,
    OPTIM_WRAPPER_CONSTRUCTORS,
    OPTIM_WRAPPERS,
    PARAM_SCHEDULERS,
    VISUALIZERS,
)
from torch.utils.data import DataLoader

from ..utils.errors import InputError, similar
from .places import DATA, HOOK, LOOP, METRIC, PLACES, Place, built, place_of
from .registries import find, kind_of, names_in
from .signatures import Signature, signature_of

REGISTRIES = [registry for registry in vars(mmpose.registry).values() if isinstance(registry, Registry)]
TRUSTED = 'mmcv', 'mmdet', 'mmengine', 'mmpose', 'pose_plugins', 'torch'
PARAMWISE = {
    'bias_decay_mult',
    'bias_lr_mult',
    'bypass_duplicate',
    'custom_keys',
    'dcn_offset_lr_mult',
    'dwconv_decay_mult',
    'flat_decay_mult',
    'norm_decay_mult',
}
# other names are read by nobody there: one that looks like these is a slip
READ_ONLY = {
    'auto_scale_lr': {'base_batch_size', 'enable'},
    'env_cfg': {'cudnn_benchmark', 'dist_cfg', 'mp_cfg', 'resource_limit'},
}
SLIP = 0.8  # how like a name that there is another must be to be taken for it, where it may be something else
SHORT = 6  # letters, of names that are alike by chance
SHOWN = 8  # arguments named in a message


def check_types(cfg: Config, loops: Sequence[str]) -> None:
    """Refuse a type that is not registered, an argument that its class does not take, and one that is missing.

    Only what is certain is refused: arguments of a class that may take any, and those that a builder may change or add, are
    left to it.

    Args:
        cfg: A runner's.
        loops: Which of 'train', 'val' and 'test' will be run: the others' parts are not looked at.

    Raises:
        InputError: Naming file and key, and the nearest right name.
    """
    scope = cfg.get('default_scope')
    if scope is not None and (not isinstance(scope, str) or find_spec(scope.partition('.')[0]) is None):
        _Check(cfg).refuse('default_scope', f'{scope!r}: there is no such package')
    with DefaultScope.overwrite_default_scope(cfg.get('default_scope') or 'mmengine'):
        _Check(cfg).check(loops)


class _Check:
    """One look through a config."""

    def __init__(self, cfg: Config) -> None:
        self.cfg = cfg

    def check(self, loops: Sequence[str]) -> None:
        """Look at all that the runner builds."""
        cfg = self.cfg
        self.part('model', built(MODELS, 'data_preprocessor', complete=False))
        self.part('data_preprocessor', PLACES['data_preprocessor'])
        for loop in loops:
            self.loader(f'{loop}_dataloader')
            self.loop(loop)
            evaluator = cfg.get(f'{loop}_evaluator')
            whole = isinstance(evaluator, dict) and 'metrics' in evaluator
            self.part(f'{loop}_evaluator', built(EVALUATORS) if whole else METRIC, 'Evaluator' if whole else None)
        if 'train' in loops:
            self.optimisation()
        for name, hook in (cfg.get('default_hooks') or {}).items():
            if hook is not None:  # which takes a default one away
                self.dict_(f'default_hooks.{name}', hook, HOOK, others=cfg.default_hooks)
        self.part('custom_hooks', HOOK)
        self.part('visualizer', built(VISUALIZERS, 'name', 'save_dir'))
        self.part('log_processor', built(LOG_PROCESSORS), LogProcessor)
        if cfg.get('launcher', 'none') != 'none':
            self.part('model_wrapper_cfg', built(MODEL_WRAPPERS, 'module', 'device_ids'), 'MMDistributedDataParallel')
        if isinstance(cfg.get('randomness'), dict):
            self.arguments('randomness', cfg.randomness, Runner.set_randomness, 'the runner', {'self'}, complete=True)
        for name, known in READ_ONLY.items():
            for key in cfg.get(name) or ():
                if key not in known and similar(key, known):
                    self.refuse(f'{name}.{key}', f'the runner reads no such setting{similar(key, known)}')
        processes = (cfg.get('env_cfg') or {}).get('mp_cfg')
        if isinstance(processes, dict):
            self.arguments('env_cfg.mp_cfg', processes, set_multi_processing, 'the runner', {'distributed'})

    def loop(self, loop: str) -> None:
        """``train_cfg`` and its like, whose type need not be given."""
        value = self.cfg.get(f'{loop}_cfg')
        kind: Any = {'val': ValLoop, 'test': TestLoop}.get(loop)
        if loop == 'train' and isinstance(value, dict) and 'type' not in value:
            if 'by_epoch' not in value:
                self.refuse('train_cfg', 'has neither by_epoch=True, nor by_epoch=False, nor the type of a loop')
            kind = EpochBasedTrainLoop if value['by_epoch'] else IterBasedTrainLoop
            value = {key: inner for key, inner in value.items() if key != 'by_epoch'}
        elif loop == 'train' and isinstance(value, dict) and 'by_epoch' in value:
            self.refuse('train_cfg', 'has a type and by_epoch, of which only one may be given')
        if value is not None:
            self.dict_(f'{loop}_cfg', value, LOOP, kind)

    def loader(self, name: str) -> None:
        """A data loader, which has no type."""
        loader = self.cfg.get(name)
        if not isinstance(loader, dict):
            return
        own = {'num_batch_per_epoch', 'disable_subprocess_warning'}
        for key in ('dataset', 'sampler'):
            if key not in loader:
                self.refuse(name, f'has no {key}{similar(key, loader)}')
        self.arguments(name, loader, DataLoader, 'a data loader', own)
        self.walk(f'{name}.dataset', loader.get('dataset'), PLACES['dataset'])
        self.walk(f'{name}.sampler', loader.get('sampler'), built(DATA_SAMPLERS, 'dataset', 'seed'))
        self.walk(f'{name}.batch_sampler', loader.get('batch_sampler'), built(DATA_SAMPLERS, 'sampler', 'batch_size'))
        for key in ('collate_fn', 'worker_init_fn'):
            self.walk(f'{name}.{key}', loader.get(key), Place(FUNCTIONS))

    def optimisation(self) -> None:
        """Optimizer, its wrapper, and schedules."""
        wrapper = self.cfg.get('optim_wrapper')
        if isinstance(wrapper, dict):
            own = wrapper.get('constructor')
            if own is not None:
                self.dict_('optim_wrapper.constructor', {'type': own}, Place(OPTIM_WRAPPER_CONSTRUCTORS, True))
            several = all(isinstance(value, dict) and 'optimizer' in value for value in wrapper.values())
            self.walk('optim_wrapper.optimizer', wrapper.get('optimizer'), PLACES['optimizer'])
            if not several and own in (None, 'DefaultOptimWrapperConstructor'):
                if 'optimizer' not in wrapper:
                    self.refuse('optim_wrapper', f'has no optimizer{similar("optimizer", wrapper)}')
                place = built(OPTIM_WRAPPERS, 'constructor', 'optimizer', 'paramwise_cfg')
                self.dict_('optim_wrapper', wrapper, place, 'OptimWrapper')
                for key in wrapper.get('paramwise_cfg') or ():
                    if key not in PARAMWISE:
                        self.refuse(f'optim_wrapper.paramwise_cfg.{key}', _unknown('the optimizer', key, PARAMWISE))
        schedules = self.cfg.get('param_scheduler')
        place = built(PARAM_SCHEDULERS, 'optimizer', 'epoch_length', 'convert_to_iter_based', 'end')
        if isinstance(schedules, dict) and 'type' not in schedules:  # of several optimizers
            for name, value in schedules.items():
                self.walk(f'param_scheduler.{name}', value, place)
        else:
            self.part('param_scheduler', place)

    def part(self, name: str, place: Place, kind: Any = None) -> None:
        """Something at the top of the config, if it is there."""
        value = self.cfg.get(name)
        if isinstance(value, (list, tuple)):
            for index, inner in enumerate(value):
                self.dict_(f'{name}.{index}', inner, place)
        elif value is not None:
            self.dict_(name, value, place, kind)

    def walk(self, where: str, value: Any, place: Place) -> None:
        """Something that may be a dict to build, or hold some."""
        if isinstance(value, (list, tuple)):
            for index, inner in enumerate(value):
                self.walk(f'{where}.{index}', inner, place)
        elif isinstance(value, dict) and 'type' in value:
            self.dict_(where, value, place)
        elif isinstance(value, dict):
            if place.only and value and where.rpartition('.')[2] not in ('datasets', 'metrics'):
                self.refuse(where, f'has no type{_misspelt_type(value)}')
            self.children(where, value, place)

    def dict_(self, where: str, value: Any, place: Place, kind: Any = None, others: Collection[str] = ()) -> None:
        """A dict to build; ``kind`` is its type if it names none, ``others`` are keys beside its own."""
        if not isinstance(value, dict):
            if isinstance(value, (str, int, float, bool)):
                self.refuse(where, f'is {value!r}, and must be a dict')
            return  # an object, as a lazy config may hold it
        name = value.get('type', kind)
        if name is None:
            key = where.rpartition('.')[2]
            self.refuse(where, f'has no type{similar(key, set(others) - {key}) or _misspelt_type(value)}')
        with self.scope(value):
            found = self.resolve(f'{where}.type', name, place)
            if found is not None and place.exact:
                given = {*place.given, 'type', '_scope_'}
                self.arguments(
                    where, value, found, name if isinstance(name, str) else found.__name__, given, place.complete
                )
            if name not in ('Albumentation', 'Albu'):  # whose types are another library's
                self.children(where, value, place, found)

    def children(self, where: str, value: dict, place: Place, owner: Any = None) -> None:
        """The values of a dict, of a class if it has an ``owner``."""
        package = (getattr(owner, '__module__', None) or '').partition('.')[0]
        estimator = isinstance(owner, type) and issubclass(owner, BasePoseEstimator)
        for key, inner in value.items():
            if key in DATA or not isinstance(inner, (dict, list, tuple)):
                continue
            child = place_of(str(key), place)
            if estimator and key in ('backbone', 'neck', 'head'):  # whose builder hands everything on
                child = replace(child, only=True, complete=True)
            if owner is not None and package not in TRUSTED:  # it may give types a meaning of its own
                child = Place()
            if package == 'mmdet' and not child.only:  # it takes what it needs out of some dicts before it builds them
                child = replace(child, exact=False)
            self.walk(f'{where}.{key}', inner, child)

    @contextmanager
    def scope(self, value: dict) -> Iterator[None]:
        """Look for types where the dict says that they are."""
        with DefaultScope.overwrite_default_scope(value.get('_scope_')):
            yield

    def resolve(self, where: str, name: Any, place: Place) -> Callable[..., Any] | None:
        """The class of a type; None if it may be something else."""
        if callable(name):
            return name
        if not isinstance(name, str):
            self.refuse(where, f'is {name!r}, and must be a name or a class')
        registries = [] if place.registry is None else [place.registry]  # an empty one is false
        if not place.only:
            registries += [registry for registry in REGISTRIES if registry is not place.registry]
        for registry in registries:
            found = find(registry, name)
            if found is not None:
                return found
        if not place.only and place.registry is None:
            return None
        names = names_in(registries[0])
        package, _, plain = name.rpartition('.')
        if not place.only and (len(plain) < SHORT or not get_close_matches(plain, names, cutoff=SLIP)):
            return None  # perhaps an operator or a function that its class knows of
        if package and find_spec(package.partition('.')[0]) is None:
            self.refuse(where, f'{name}: the package {package} is not installed')
        hint = similar(plain, names) or '; is its module in custom_imports?'
        self.refuse(where, f'there is no {kind_of(registries[0])} {name}{hint}')

    def arguments(
        self,
        where: str,
        value: dict,
        target: Callable[..., Any],
        called: str,
        given: Collection[str],
        complete: bool = False,
    ) -> None:
        """Refuse arguments that a class or a function does not take, and miss those that it needs."""
        signature: Signature = signature_of(target)
        for key in value:
            if key == '_delete_':
                self.refuse(
                    f'{where}._delete_',
                    'mmengine deletes nothing here: the bases have no such dict, or it stands in a list; leave it out',
                )
            if not signature.open and key not in signature.names and key not in given:
                self.refuse(f'{where}.{key}', _unknown(called, key, signature.names - set(given)))
            if key in signature.numbers and isinstance(value[key], str):
                self.refuse(f'{where}.{key}', f'is {value[key]!r}, and {called} takes a number')
        missing = signature.required - set(value) - set(given)
        if complete and missing:
            self.refuse(where, f'{called} needs {", ".join(sorted(missing))}')

    def refuse(self, where: str, reason: str) -> NoReturn:
        """End with a line about a key of the config."""
        file = f'{self.cfg.filename}: ' if self.cfg.filename else ''
        raise InputError(f'{file}{where}: {reason}')


def _misspelt_type(value: dict) -> str:
    """A key that looks like it."""
    return similar('type', {str(key) for key in value} - {'type'})


def _unknown(called: str, key: str, names: Collection[str]) -> str:
    """A line about an argument that there is not."""
    listed = f'; it takes {", ".join(sorted(names))}' if len(names) <= SHOWN else ''
    return f'{called} takes no argument {key}{similar(key, names) or listed}'
