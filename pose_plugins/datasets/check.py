"""Says, before a training or a test is built, which of its data is not there."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from mmengine.config import Config, ConfigDict

from ..utils.errors import InputError


def check_data(cfg: Config, loops: Sequence[str]) -> None:
    """Refuse files and folders that are not there.

    Args:
        cfg: A runner's.
        loops: Which of 'train', 'val' and 'test' will be run: the others' files need not be there.

    Raises:
        InputError: If a file of annotations or of detected boxes, or a folder of pictures, is missing on this machine.
    """
    for loader, dataset in data_sets(cfg, loops):
        place = f'({loader}, {dataset.type})'
        for path in annotation_files(dataset):
            if not path.is_file():
                raise InputError(f'{path}: no such annotation file {place}')
        boxes = dataset.get('bbox_file')
        if boxes and _is_local(boxes) and not Path(boxes).is_file():
            raise InputError(f'{boxes}: no such file of detected boxes {place}; bbox_file=None takes true ones')
        pictures = _picture_folder(cfg, loader, dataset)
        if pictures and not pictures.is_dir():
            raise InputError(f'{pictures}: no such folder of pictures {place}')
    for evaluator, metric in _metrics(cfg, loops):
        truth = metric.get('ann_file')
        if truth and _is_local(truth) and not Path(truth).is_file():
            raise InputError(f'{truth}: no such annotation file ({evaluator}, {metric.type})')


def data_sets(cfg: Config, loops: Sequence[str]) -> Iterator[tuple[str, ConfigDict]]:
    """Names of the loaders that a runner will use, each with the config of its data set, or of each that it combines."""
    for name in (f'{loop}_dataloader' for loop in loops):
        dataset = (cfg.get(name) or {}).get('dataset')
        for part in dataset.get('datasets', [dataset]) if dataset else ():
            yield name, part


def annotation_files(dataset: ConfigDict) -> Iterator[Path]:
    """Those files of a data set that lie on this machine."""
    for key in ('ann_file', 'camera_param_file', 'joint_file'):
        path, root = dataset.get(key), dataset.get('data_root') or ''
        if path and _is_local(path, root):
            yield Path(root, path)


def _picture_folder(cfg: Config, loader: str, dataset: ConfigDict) -> Path | None:
    """The folder of a data set's pictures; None where they are not read as files of this machine."""
    folder, root = (dataset.get('data_prefix') or {}).get('img'), dataset.get('data_root') or ''
    transforms = [*(dataset.get('pipeline') or ()), *(cfg[loader].dataset.get('pipeline') or ())]
    backends = {(transform.get('backend_args') or {}).get('backend', 'local') for transform in transforms}
    if isinstance(folder, str) and _is_local(folder, root) and backends <= {'local'}:
        return Path(root, folder)
    return None


def _is_local(path: str, root: str = '') -> bool:
    """Whether a path below a root is one of this machine, and not an address."""
    return '://' not in f'{root}{path}'


def _metrics(cfg: Config, loops: Sequence[str]) -> Iterator[tuple[str, ConfigDict]]:
    """Names of the evaluators that a runner will use, each with the config of each of its metrics."""
    for name in (f'{loop}_evaluator' for loop in loops):
        metrics = cfg.get(name) or []
        metrics = metrics.get('metrics', metrics) if isinstance(metrics, dict) else metrics
        for group in metrics if isinstance(metrics, (list, tuple)) else [metrics]:  # one a data set
            for metric in group if isinstance(group, (list, tuple)) else [group]:
                yield name, metric
