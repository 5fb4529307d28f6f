"""Data sets of a config's data loaders, through whatever combines them, and the metrics that go with them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict
from mmpose.datasets.datasets.fashion import DeepFashionDataset
from mmpose.evaluation.metrics import CocoMetric
from mmpose.registry import DATASETS, METRICS


@dataclass(frozen=True)
class DataSet:
    """A data set of a data loader.

    Attributes:
        loader: Such as 'train_dataloader'.
        config: Its config.
        wrappers: Configs of those that combine or repeat it, the innermost first.
    """

    loader: str
    config: ConfigDict
    wrappers: tuple[ConfigDict, ...] = ()

    @property
    def cls(self) -> type | None:
        """Its class, if there is one of this name."""
        return class_of(self.config)

    @property
    def place(self) -> str:
        """Loader and class, for messages."""
        return f'{self.loader}, {type_name(self.config)}'

    @property
    def ann_file(self) -> Path | None:
        """The file of annotations, if it lies on this machine."""
        return _local(self.config, 'ann_file')

    @property
    def bbox_file(self) -> Path | None:
        """The file of detected boxes, if there is one on this machine."""
        boxes = self.config.get('bbox_file')
        return Path(boxes) if boxes and is_local(boxes) else None

    @property
    def pipeline(self) -> list[Mapping]:
        """Transforms of a sample, in their order."""
        configs = (self.config, *self.wrappers)
        return [step for config in configs for step in config.get('pipeline') or () if isinstance(step, Mapping)]

    @property
    def metainfo(self) -> Mapping[str, Any] | None:
        """Its description as the config or its class has it; None where the class makes it of its arguments."""
        given = self.config.get('metainfo')
        if given is not None:
            return given
        if self.cls is not None and issubclass(self.cls, DeepFashionDataset):
            return dict(from_file=f'deepfashion_{self.config.get("subset") or "full"}.py')
        return getattr(self.cls, 'METAINFO', None) or None

    @property
    def picture_folder(self) -> Path | None:
        """The folder of its pictures; None where they are not read as files of this machine."""
        folder, root = (self.config.get('data_prefix') or {}).get('img'), self.config.get('data_root') or ''
        backends = {(step.get('backend_args') or {}).get('backend', 'local') for step in self.pipeline}
        return (
            Path(root, folder) if isinstance(folder, str) and is_local(folder, root) and backends <= {'local'} else None
        )


def read_by(cfg: Config, loops: Sequence[str]) -> Iterator[DataSet]:
    """The data sets that a runner reads.

    Args:
        cfg: A runner's.
        loops: Which of 'train', 'val' and 'test' it runs.

    Yields:
        Those that read files themselves, in the loops' order.
    """
    for name in (f'{loop}_dataloader' for loop in loops):
        dataset = (cfg.get(name) or {}).get('dataset')
        yield from _inner(name, dataset, ())


def data_sets(cfg: Config, loops: Sequence[str]) -> Iterator[tuple[str, ConfigDict]]:
    """Names of the loaders that a runner will use, each with the config of its data set, or of each that it combines."""
    for dataset in read_by(cfg, loops):
        yield dataset.loader, dataset.config


def _inner(loader: str, dataset: Any, wrappers: tuple[ConfigDict, ...]) -> Iterator[DataSet]:
    if not isinstance(dataset, dict):
        return
    inner = dataset.get('datasets', [dataset['dataset']] if isinstance(dataset.get('dataset'), dict) else None)
    if not isinstance(inner, (list, tuple)):
        yield DataSet(loader, dataset, wrappers)
        return
    for part in inner:
        yield from _inner(loader, part, (dataset, *wrappers))


def annotation_files(dataset: ConfigDict) -> Iterator[Path]:
    """Those files of a data set that lie on this machine."""
    for key in ('ann_file', 'camera_param_file', 'joint_file'):
        path = _local(dataset, key)
        if path:
            yield path


def _local(dataset: ConfigDict, key: str) -> Path | None:
    path, root = dataset.get(key), dataset.get('data_root') or ''
    return Path(root, path) if path and is_local(path, root) else None


def is_local(path: str, root: str = '') -> bool:
    """Whether a path below a root is one of this machine, and not an address."""
    return '://' not in f'{root}{path}'


def class_of(config: Mapping) -> type | None:
    """The class of data sets that a config names, if there is one."""
    kind = config.get('type')
    return kind if isinstance(kind, type) else DATASETS.get(kind) if isinstance(kind, str) else None


def type_name(config: Mapping) -> str:
    """How messages call a config's class."""
    kind = config.get('type')
    return kind.__name__ if isinstance(kind, type) else str(kind)


@dataclass(frozen=True)
class Metric:
    """A metric and what it evaluates.

    Attributes:
        place: The evaluator and the metric's class, for messages.
        config: Its config.
        dataset: The config of the data set that it is for, where each metric has its own; None where it is for all.
    """

    place: str
    config: ConfigDict
    dataset: ConfigDict | None = None

    @property
    def cls(self) -> type | None:
        """Its class, if there is one of this name."""
        kind = self.config.get('type')
        return kind if isinstance(kind, type) else METRICS.get(kind) if isinstance(kind, str) else None

    @property
    def reads_truth(self) -> bool:
        """Whether it is one of COCO's, which reads the truth from an annotation file."""
        return self.cls is not None and issubclass(self.cls, CocoMetric)


def metrics_of(cfg: Config, loops: Sequence[str]) -> Iterator[Metric]:
    """The metrics that a runner will use.

    Args:
        cfg: A runner's.
        loops: Which of 'val' and 'test' it runs.

    Yields:
        Each of them.
    """
    for name in (f'{loop}_evaluator' for loop in loops):
        evaluator = cfg.get(name) or []
        several = evaluator if isinstance(evaluator, dict) and 'metrics' in evaluator else {}
        datasets = several.get('datasets')
        groups = several.get('metrics', evaluator)
        groups = groups if isinstance(groups, (list, tuple)) else [groups]
        for i, group in enumerate(groups):  # one a data set
            dataset = datasets[i] if isinstance(datasets, (list, tuple)) and i < len(datasets) else None
            for metric in group if isinstance(group, (list, tuple)) else [group]:
                if isinstance(metric, dict):
                    yield Metric(f'{name}, {type_name(metric)}', metric, dataset)
