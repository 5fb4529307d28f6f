"""Whether data, descriptions and the network agree on the keypoints."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mmengine.config import Config
from mmpose.datasets.transforms import KeypointConverter
from mmpose.registry import TRANSFORMS

from .coco_format.description import description_findings, read_description
from .coco_format.findings import Finding
from .halpe_keypoints import CONVERTIBLE
from .loaders import DataSet, metrics_of, read_by, type_name
from .meta import keypoint_names

KNOWN = 'mmpose', 'mmcv', 'mmengine', 'mmdet', 'pose_plugins'


@dataclass(frozen=True)
class Description:
    """A description that was looked at.

    Attributes:
        place: Where it stands.
        dataset: Its data set's name.
        names: Of the keypoints, in their order.
        sigmas: How many there are.
        findings: What was found.
    """

    place: str
    dataset: str
    names: tuple[str, ...]
    sigmas: int
    findings: tuple[Finding, ...]


def describe(metainfo: Any, place: str) -> Description | None:
    """Look at the description of a data set or of what combines several.

    Args:
        metainfo: Of the config or the class.
        place: Where it stands in the config.

    Returns:
        None where there is none.

    Raises:
        InputError: If its file cannot be read.
    """
    if metainfo is None:
        return None
    if not isinstance(metainfo, dict):
        return Description(place, '', (), 0, (Finding(place, 'must be a dict, the description of the keypoints'),))
    raw, where, published = read_description(metainfo, place)
    findings = tuple(description_findings(raw, where, published))
    if any(finding.wrong for finding in findings):
        return Description(where, '', (), 0, findings)
    names = tuple(record['name'] for record in raw['keypoint_info'].values())
    return Description(where, raw['dataset_name'], names, len(raw['sigmas']), findings)


def description_of(dataset: DataSet) -> Description | None:
    """The description of a data set by itself; errors as in ``describe``."""
    given = 'metainfo' in dataset.config
    return describe(dataset.metainfo, f'{dataset.loader}.dataset.metainfo' if given else f'{dataset.place}.METAINFO')


def description_given(dataset: DataSet) -> Description | None:
    """The description that the runner takes of its loader's data: that of what combines it, where that has one."""
    for wrapper in reversed(dataset.wrappers):
        if wrapper.get('metainfo') is not None:
            return describe(wrapper['metainfo'], f'{dataset.loader}.dataset.metainfo')
    return description_of(dataset)


@dataclass(frozen=True)
class Keypoints:
    """How many keypoints a data set's file must have, and its samples will.

    Attributes:
        file: Of a person in the file; None where any number will do.
        sample: Of a sample; None where that cannot be told.
        told_later: Whether a transform tells of another number in the file and goes on.
    """

    file: int | None
    sample: int | None
    told_later: bool = False


def keypoints_of(dataset: DataSet, described: Description | None) -> Keypoints:
    """Follow the keypoints of a data set through its transforms."""
    file: int | None = len(described.names) if described and described.names else None
    sample, told_later, converted = file, False, False
    for step in dataset.pipeline:
        kind = step.get('type')
        cls = kind if isinstance(kind, type) else TRANSFORMS.get(kind) if isinstance(kind, str) else None
        if cls is None or cls.__module__.split('.')[0] not in KNOWN:  # a user's own may change anything
            return Keypoints(file if converted else None, None)
        if not issubclass(cls, KeypointConverter):
            continue
        if cls.__name__ == 'HalpeConverter':
            names = keypoint_names(step['dataset']) if step.get('dataset') in CONVERTIBLE else None
            file = file if converted else len(names) if names else None
            told_later, sample = told_later or bool(step.get('skip_bad')), 136
        else:
            file, sample = file if converted else None, step.get('num_keypoints')
        converted = True
    return Keypoints(file, sample, told_later)


def keypoint_findings(cfg: Config, loops: Sequence[str]) -> list[Finding]:
    """Find descriptions that cannot be, and data that does not fit them, each other or the network's head.

    Args:
        cfg: A runner's.
        loops: Which of 'train', 'val' and 'test' will be run.

    Returns:
        The findings.

    Raises:
        InputError: If the file of a description cannot be read.
    """
    findings: list[Finding] = []
    of_loops: dict[str, Description] = {}
    for dataset in read_by(cfg, loops):
        own, given = description_of(dataset), description_given(dataset)
        for description in (own, given):
            findings += [f for f in (description.findings if description else ()) if f not in findings]
        if given is None or not given.names or any(f.wrong for f in findings):
            continue
        metrics = metrics_of(cfg, (dataset.loader.removesuffix('_dataloader'),))
        # otherwise the metric makes the network's keypoints the data's
        if not any(metric.config.get('pred_converter') for metric in metrics):
            of_loops.setdefault(dataset.loader, given)
        sample = keypoints_of(dataset, own).sample
        if sample is not None and sample != len(given.names):
            findings.append(Finding(
                f'{dataset.loader}.dataset',
                f'{type_name(dataset.config)} gives {sample} keypoints, its description ({given.place}) has '
                f'{len(given.names)}',
            ))  # fmt: skip
    if not any(f.wrong for f in findings):
        findings += _head_findings(cfg, of_loops)
    return findings


def _head_findings(cfg: Config, of_loops: dict[str, Description]) -> Iterator[Finding]:
    """Loops whose keypoints are others than the head's, or than the training's."""
    model = cfg.get('model') or {}
    channels = (model.get('head') or {}).get('out_channels')
    top_down = type_name(model) == 'TopdownPoseEstimator' and isinstance(channels, int)
    first = of_loops.get('train_dataloader')
    chosen: Any = (model.get('test_cfg') or {}).get(
        'output_keypoint_indices'
    )  # of those trained, by which it is tested
    for loader, description in of_loops.items():
        count = len(description.names)
        wanted = [len(chosen)] if chosen is not None and loader != 'train_dataloader' else None
        # MMPose's combined heatmaps have three channels a keypoint
        if top_down and not (count in wanted if wanted else channels in (count, 3 * count)):
            kind = type_name(cfg[loader].dataset)
            yield Finding(
                f'model.head.out_channels={channels} does not fit the data, which has {count} keypoints ({loader}, {kind})',
                f'{description.dataset} is described by {description.place}',
            )
        if first is None or description.names == first.names or wanted:
            continue
        differing = next((pair for pair in zip(first.names, description.names) if pair[0] != pair[1]), None)
        at = f': {differing[0]} and {differing[1]}' if differing and len(first.names) == len(description.names) else ''
        yield Finding(
            f'{loader}.dataset',
            f'its data has {len(description.names)} keypoints ({description.dataset}), that of train_dataloader '
            f'{len(first.names)} ({first.dataset}){at}; give both the same metainfo',
        )
