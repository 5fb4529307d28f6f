"""Says what of a config's data is not there, before anything is built."""

from pathlib import Path

from ..utils.errors import InputError


def check_data(cfg, loops):
    """Refuse files and folders that are not there, before anything is built.

    Args:
        cfg (Config): A runner's.
        loops (sequence[str]): Which of 'train', 'val' and 'test' will be run: the others' files need not be there.

    Raises:
        InputError: If a file of annotations or of detected boxes, or a folder of pictures, is missing on this machine.
    """
    for loader, dataset in data_sets(cfg, loops):
        place = f'({loader}, {dataset.type})'
        for path in annotation_files(dataset):
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


def data_sets(cfg, loops):
    """Configs of the data sets that a runner will read, those of combined ones singly, with the names of their loaders."""
    for name in (f'{loop}_dataloader' for loop in loops):
        dataset = (cfg.get(name) or {}).get('dataset')
        for part in dataset.get('datasets', [dataset]) if dataset else ():
            yield name, part


def annotation_files(dataset):
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
