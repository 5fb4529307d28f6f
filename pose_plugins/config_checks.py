"""What can be seen of a config before anything is built: files that are missing, parts that do not fit each other."""

import traceback
from contextlib import contextmanager
from pathlib import Path

from mmpose.apis.inference import dataset_meta_from_config

from .errors import InputError


def check_config(cfg, loops):
    """Refuse a config that cannot work.

    Args:
        cfg (Config): A runner's.
        loops (sequence[str]): Which of 'train', 'val' and 'test' will be run: the others' files need not be there.

    Raises:
        InputError: If a file of annotations or of detected boxes is missing, the head has another number of keypoints than
            the training data, or the sampler's batches are not the data loader's.
    """
    _check_data(cfg, loops)
    _check_keypoints(cfg)
    _check_sampler(cfg)


@contextmanager
def records_explained():
    """Say which annotation a data set cannot read: of its own, it only says what it missed.

    Raises:
        InputError: Instead of an error in a data set's ``parse_data_info``.
    """
    try:
        yield
    except InputError:
        raise
    except (KeyError, IndexError, TypeError, ValueError) as error:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if frame.f_code.co_name == 'parse_data_info':
                dataset, record = frame.f_locals['self'], frame.f_locals['raw_data_info']
                reason = f'has no {error}' if isinstance(error, KeyError) else f'cannot be read: {error}'
                raise InputError(
                    f'{dataset.ann_file}: annotation {record["raw_ann_info"].get("id")} {reason} ({type(dataset).__name__})'
                ) from error
        raise


def _check_data(cfg, loops):
    """Refuse annotation files that are not there, before anything is built."""
    for loader, dataset in _data_sets(cfg, loops):
        for path in _annotation_files(dataset):
            if not path.is_file():
                raise InputError(f'{path}: no such annotation file ({loader}, {dataset.type})')
        boxes = dataset.get('bbox_file')
        if boxes and '://' not in boxes and not Path(boxes).is_file():
            raise InputError(
                f'{boxes}: no such file of detected boxes ({loader}, {dataset.type}); bbox_file=None takes true ones'
            )
    for evaluator, metric in _metrics(cfg, loops):
        path = metric.get('ann_file')
        if path and '://' not in path and not Path(path).is_file():
            raise InputError(f'{path}: no such annotation file ({evaluator}, {metric.type})')


def _check_keypoints(cfg):
    """Refuse a top-down head for another number of keypoints than the training data has."""
    channels = cfg.model.get('head', {}).get('out_channels')
    if cfg.model.type != 'TopdownPoseEstimator' or not isinstance(channels, int) or 'train_dataloader' not in cfg:
        return
    meta = dataset_meta_from_config(cfg, 'train')
    if meta and channels % meta['num_keypoints']:  # MMPose's combined heatmaps have three channels a keypoint
        raise InputError(
            f'model.head.out_channels={channels} does not fit the training data, which has {meta["num_keypoints"]} keypoints '
            f'({cfg.train_dataloader.dataset.type})'
        )


def _check_sampler(cfg):
    """Refuse a sampler that fills batches of another size than the data loader's."""
    loader = cfg.get('train_dataloader') or {}
    size = (loader.get('sampler') or {}).get('batch_size')
    if size is not None and size != loader.get('batch_size'):
        raise InputError(
            f'train_dataloader: sampler.batch_size={size} and batch_size={loader.get("batch_size")} must be the same'
        )


def _data_sets(cfg, loops):
    """Configs of the data sets that a runner will read, those of combined ones singly, with the names of their loaders."""
    for name in (f'{loop}_dataloader' for loop in loops):
        dataset = (cfg.get(name) or {}).get('dataset')
        for part in dataset.get('datasets', [dataset]) if dataset else ():
            yield name, part


def _annotation_files(dataset):
    """Those files of a data set that lie on this machine."""
    for key in ('ann_file', 'camera_param_file', 'joint_file'):
        if dataset.get(key) and '://' not in f'{dataset.get("data_root") or ""}{dataset[key]}':
            yield Path(dataset.get('data_root') or '', dataset[key])


def _metrics(cfg, loops):
    """Configs of the metrics that a runner will use, each with the name of its evaluator."""
    for name in (f'{loop}_evaluator' for loop in loops):
        metrics = cfg.get(name) or []
        metrics = metrics.get('metrics', metrics) if isinstance(metrics, dict) else metrics
        for group in metrics if isinstance(metrics, (list, tuple)) else [metrics]:
            for metric in group if isinstance(group, (list, tuple)) else [group]:
                yield name, metric
