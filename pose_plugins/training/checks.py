"""Refuses a config that cannot work, before anything is built."""

from collections.abc import Sequence
from difflib import get_close_matches

from mmengine.config import Config

from ..datasets.check import check_data, data_sets
from ..utils.errors import InputError, similar
from .numbers import check_numbers
from .sizes import check_sizes
from .types import check_types

# what the runner builds a loop of: all of a line, or none
PARTS = {
    'train': ('train_dataloader', 'train_cfg', 'optim_wrapper'),
    'val': ('val_dataloader', 'val_cfg', 'val_evaluator'),
    'test': ('test_dataloader', 'test_cfg', 'test_evaluator'),
}

# the keys that heads and estimators read
TEST_CFG = (
    'align_corners blur_kernel_size flip_mode flip_test input_size max_instances max_num_people multiscale_test nms_conf_thr '
    'nms_dist_thr nms_joints_thr nms_pre nms_thr num_select output_heatmap output_heatmaps output_keypoint_indices '
    'restore_heatmap_size score_thr score_threshold shift_coords shift_heatmap '
    'Pmultiscale_test'  # as one of MMPose's configs spells it
).split()


def check_config(cfg: Config, loops: Sequence[str]) -> None:
    """Refuse a config whose parts do not fit each other, or whose data is not there.

    Args:
        cfg: A runner's.
        loops: Which of 'train', 'val' and 'test' will be run.

    Raises:
        InputError: If a part is missing, a type or an argument is not known (see ``check_types``), a number cannot be (see
            ``check_numbers``), the training's sampler fills batches of another size than the data loader's,
            ``HalpeJointEvaluator`` has other data sets than the data loader, sizes do not agree (see ``check_sizes``), or
            something is wrong with the data (see ``check_data``).
    """
    _check_parts(cfg, loops)
    check_types(cfg, loops)
    check_numbers(cfg, loops)
    for loop in loops:
        _check_evaluated(cfg, loop)
    if 'train' in loops:
        _check_sampler(cfg)
    _check_test_cfg(cfg)
    check_sizes(cfg, loops)
    check_data(cfg, loops)


def _check_parts(cfg: Config, loops: Sequence[str]) -> None:
    """Refuse a config without a model, or with half a loop."""
    missing = [] if cfg.get('model') is not None else ['model']
    for loop in loops:
        lacking = [name for name in PARTS[loop] if cfg.get(name) is None]
        if loop != 'val' or len(lacking) < len(PARTS[loop]):  # a training need not be validated
            missing += lacking
    if missing:
        file = f'{cfg.filename}: ' if cfg.filename else ''
        raise InputError(f'{file}has no {missing[0]}{similar(missing[0], set(cfg) - set(missing))}')


def _check_test_cfg(cfg: Config) -> None:
    """Refuse what looks like a misspelt key of ``model.test_cfg``; a head takes from it what it knows, and no notice else."""
    for key in cfg.model.get('test_cfg') or ():
        near = get_close_matches(str(key), TEST_CFG, 1, 0.8)
        if near and key not in TEST_CFG:
            raise InputError(
                f'model.test_cfg.{key}: no head of MMPose or of this package reads it; {near[0]} is meant?'
            )


def _check_sampler(cfg: Config) -> None:
    """Refuse a sampler that fills batches of another size than the data loader's."""
    loader = cfg.get('train_dataloader') or {}
    size = (loader.get('sampler') or {}).get('batch_size')
    if size is not None and size != loader.get('batch_size'):
        raise InputError(
            f'train_dataloader: sampler.batch_size={size} and batch_size={loader.get("batch_size")} must be the same'
        )


def _check_evaluated(cfg: Config, loop: str) -> None:
    """Refuse data sets that are read and not evaluated, or the other way round."""
    evaluator = cfg.get(f'{loop}_evaluator')
    if not isinstance(evaluator, dict) or evaluator.get('type') != 'HalpeJointEvaluator':
        return
    read = sorted(dataset.type for _, dataset in data_sets(cfg, (loop,)))
    evaluated = sorted(dataset.type for dataset in evaluator['datasets'])
    if read != evaluated:
        raise InputError(
            f'{loop}_evaluator.datasets ({", ".join(evaluated)}) and those of {loop}_dataloader ({", ".join(read)}) must be '
            'the same'
        )
