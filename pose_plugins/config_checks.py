"""What can be seen of a config before anything is built: files that are missing, parts that do not fit each other."""

from pathlib import Path

from mmpose.apis.inference import dataset_meta_from_config

from .errors import InputError


def check_config(cfg, loops):
    """Refuse a config whose parts do not fit each other.

    Args:
        cfg (Config): A runner's.
        loops (sequence[str]): Which of 'train', 'val' and 'test' will be run.

    Raises:
        InputError: If a top-down head has another number of keypoints than the data of the first of the loops, the
            training's sampler fills batches of another size than the data loader's, or ``HalpeJointEvaluator`` has other data
            sets than the data loader.
    """
    _check_keypoints(cfg, loops[0])
    for loop in loops:
        _check_evaluated(cfg, loop)
    if 'train' in loops:
        _check_sampler(cfg)


def check_data(cfg, loops):
    """Refuse files and folders that are not there, before anything is built.

    Args:
        cfg (Config): A runner's.
        loops (sequence[str]): Which of 'train', 'val' and 'test' will be run: the others' files need not be there.

    Raises:
        InputError: If a file of annotations or of detected boxes, or a folder of pictures, is missing on this machine.
    """
    for loader, dataset in _data_sets(cfg, loops):
        place = f'({loader}, {dataset.type})'
        for path in _annotation_files(dataset):
            if not path.is_file():
                raise InputError(f'{path}: no such annotation file {place}')
        boxes = dataset.get('bbox_file')
        if boxes and '://' not in boxes and not Path(boxes).is_file():
            raise InputError(f'{boxes}: no such file of detected boxes {place}; bbox_file=None takes true ones')
        folder = (dataset.get('data_prefix') or {}).get('img')
        if isinstance(folder, str) and _is_local(dataset, folder) and _reads_files(cfg, loader, dataset):
            folder = Path(dataset.get('data_root') or '', folder)
            if not folder.is_dir():
                raise InputError(f'{folder}: no such folder of pictures {place}')
    for evaluator, metric in _metrics(cfg, loops):
        path = metric.get('ann_file')
        if path and '://' not in path and not Path(path).is_file():
            raise InputError(f'{path}: no such annotation file ({evaluator}, {metric.type})')


def _check_keypoints(cfg, loop):
    """Refuse a top-down head for another number of keypoints than the data has."""
    channels = cfg.model.get('head', {}).get('out_channels')
    if cfg.model.type != 'TopdownPoseEstimator' or not isinstance(channels, int):
        return
    try:
        meta = dataset_meta_from_config(cfg, loop)
    except AssertionError:  # a class whose keypoints depend on its arguments, such as DeepFashion's
        return
    # MMPose's combined heatmaps have three channels a keypoint
    if meta and channels not in (meta['num_keypoints'], 3 * meta['num_keypoints']):
        raise InputError(
            f'model.head.out_channels={channels} does not fit the data, which has {meta["num_keypoints"]} keypoints '
            f'({loop}_dataloader, {cfg[f"{loop}_dataloader"].dataset.type})'
        )


def _check_sampler(cfg):
    """Refuse a sampler that fills batches of another size than the data loader's."""
    loader = cfg.get('train_dataloader') or {}
    size = (loader.get('sampler') or {}).get('batch_size')
    if size is not None and size != loader.get('batch_size'):
        raise InputError(
            f'train_dataloader: sampler.batch_size={size} and batch_size={loader.get("batch_size")} must be the same'
        )


def _check_evaluated(cfg, loop):
    """Refuse data sets that are read and not evaluated, or the other way round."""
    evaluator = cfg.get(f'{loop}_evaluator')
    if not isinstance(evaluator, dict) or evaluator.get('type') != 'HalpeJointEvaluator':
        return
    read = sorted(dataset.type for _, dataset in _data_sets(cfg, (loop,)))
    evaluated = sorted(dataset.type for dataset in evaluator.datasets)
    if read != evaluated:
        raise InputError(
            f'{loop}_evaluator.datasets ({", ".join(evaluated)}) and those of {loop}_dataloader ({", ".join(read)}) must be '
            'the same'
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
        if dataset.get(key) and _is_local(dataset, dataset[key]):
            yield Path(dataset.get('data_root') or '', dataset[key])


def _is_local(dataset, path):
    return '://' not in f'{dataset.get("data_root") or ""}{path}'


def _reads_files(cfg, loader, dataset):
    """Whether pictures are read as files of this machine."""
    transforms = [*(dataset.get('pipeline') or ()), *(cfg[loader].dataset.get('pipeline') or ())]
    return all((transform.get('backend_args') or {}).get('backend', 'local') == 'local' for transform in transforms)


def _metrics(cfg, loops):
    """Configs of the metrics that a runner will use, each with the name of its evaluator."""
    for name in (f'{loop}_evaluator' for loop in loops):
        metrics = cfg.get(name) or []
        metrics = metrics.get('metrics', metrics) if isinstance(metrics, dict) else metrics
        for group in metrics if isinstance(metrics, (list, tuple)) else [metrics]:
            for metric in group if isinstance(group, (list, tuple)) else [group]:
                yield name, metric
