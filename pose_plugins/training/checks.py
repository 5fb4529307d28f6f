"""Refuses a config that cannot work, before anything is built."""

from collections.abc import Sequence

from mmengine.config import Config
from mmpose.apis.inference import dataset_meta_from_config
from mmpose.registry import DATASETS

from ..datasets.check import check_data, data_sets
from ..utils.errors import InputError


def check_config(cfg: Config, loops: Sequence[str]) -> None:
    """Refuse a config whose parts do not fit each other, or whose data is not there.

    Args:
        cfg: A runner's.
        loops: Which of 'train', 'val' and 'test' will be run.

    Raises:
        InputError: If a class of data sets is not known, a top-down head has another number of keypoints than the data of one
            of the loops, the training's sampler fills batches of another size than the data loader's,
            ``HalpeJointEvaluator`` has other data sets than the data loader, or a file or folder is missing (see
            ``check_data``).
    """
    for loader, dataset in data_sets(cfg, loops):
        if isinstance(dataset.type, str) and DATASETS.get(dataset.type) is None:
            raise InputError(f'{loader}.dataset: there is no class {dataset.type}; is its module in custom_imports?')
    for loop in loops:
        _check_keypoints(cfg, loop)
        _check_evaluated(cfg, loop)
    if 'train' in loops:
        _check_sampler(cfg)
    check_data(cfg, loops)


def _check_keypoints(cfg: Config, loop: str) -> None:
    """Refuse a top-down head for another number of keypoints than the data has."""
    channels = cfg.model.get('head', {}).get('out_channels')
    if cfg.model.type != 'TopdownPoseEstimator' or not isinstance(channels, int):
        return
    if not cfg.get(f'{loop}_dataloader'):
        return
    try:
        meta = dataset_meta_from_config(cfg, loop)
    except AssertionError:  # a class whose keypoints depend on its arguments, such as DeepFashion's
        return
    except (KeyError, OSError) as error:  # no such class, or no such file of a description
        raise InputError(f'{loop}_dataloader.dataset: {" ".join(str(error).split())}') from None
    # MMPose's combined heatmaps have three channels a keypoint
    if meta and channels not in (meta['num_keypoints'], 3 * meta['num_keypoints']):
        raise InputError(
            f'model.head.out_channels={channels} does not fit the data, which has {meta["num_keypoints"]} keypoints '
            f'({loop}_dataloader, {cfg[f"{loop}_dataloader"].dataset.type})'
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
