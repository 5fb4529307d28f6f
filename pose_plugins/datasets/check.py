"""Says, before a training or a test is built, which of its data is not there or cannot be what it should be."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmpose.datasets.datasets import PoseTrack18VideoDataset
from mmpose.evaluation.metrics import CocoWholeBodyMetric, PoseTrack18Metric

from ..utils.errors import InputError
from .coco_format.annotations import check_annotations
from .coco_format.detections import detection_findings
from .coco_format.fields import Fields, fields_of
from .coco_format.findings import Finding, refuse
from .coco_format.json_file import no_collection, read_json
from .coco_format.people import People
from .coco_format.records import Annotations
from .coco_format.truth import match_findings, truth_findings
from .keypoint_counts import description_given, description_of, keypoint_findings, keypoints_of
from .loaders import DataSet, Metric, annotation_files, class_of, data_sets, is_local, metrics_of, read_by, type_name
from .pictures import sample_findings, sample_of
from .verdicts import Verdicts

__all__ = ['annotation_files', 'check_data', 'data_findings', 'data_sets']
COMMAND = 'python tools/check_data.py'
Seen = Callable[[DataSet, Annotations, People], None]


def check_data(cfg: Config, loops: Sequence[str]) -> None:
    """Refuse data that is not there, or that a training or test would take for something else than it is.

    Files in which nothing is wrong are remembered, see ``Verdicts``: the next time only their digests are taken.

    Args:
        cfg: A runner's.
        loops: Which of 'train', 'val' and 'test' will be run: the others' files need not be there.

    Raises:
        InputError: If something is wrong: the first of it, how much more, and the command that shows all.
    """
    refuse(data_findings(cfg, loops, Verdicts.of_user()), f'{COMMAND} {cfg.filename or "CONFIG"}')


def data_findings(
    cfg: Config, loops: Sequence[str], verdicts: Verdicts | None = None, seen: Seen | None = None
) -> list[Finding]:
    """Look at all files that a runner reads, except for pictures.

    Args:
        cfg: A runner's.
        loops: Which of 'train', 'val' and 'test' will be run.
        verdicts: What is known already of some files; of these nothing is found, and if files are missing or descriptions
            cannot be, only that. None looks at all that is there.
        seen: Is called with each data set in COCO's format.

    Returns:
        What was found.
    """
    try:
        findings = keypoint_findings(cfg, loops)
    except InputError as error:
        findings = [_unreadable(error)]
    findings += missing_findings(cfg, loops)
    if verdicts and any(finding.wrong for finding in findings):
        return findings
    files = _Files(verdicts or Verdicts(None), seen)
    with no_collection():
        for loop in loops:
            findings += files.of_loop(cfg, loop)
    return list(dict.fromkeys(findings))  # a file of several loops is told of once


def missing_findings(cfg: Config, loops: Sequence[str]) -> Iterator[Finding]:
    """Classes, files and folders that are not there; arguments as in ``data_findings``."""
    for dataset in read_by(cfg, loops):
        if dataset.cls is None:
            kind = f'there is no class {type_name(dataset.config)}; is its module in custom_imports?'
            yield Finding(f'{dataset.loader}.dataset', kind)
        for path in annotation_files(dataset.config):
            if not path.is_file():
                yield Finding(str(path), f'no such annotation file ({dataset.place})')
        if dataset.bbox_file and not dataset.bbox_file.is_file():
            kind = f'no such file of detected boxes ({dataset.place}); bbox_file=None takes true ones'
            yield Finding(str(dataset.bbox_file), kind)
        if dataset.picture_folder and not dataset.picture_folder.is_dir():
            yield Finding(str(dataset.picture_folder), f'no such folder of pictures ({dataset.place})')
    for metric in metrics_of(cfg, loops):
        truth = metric.config.get('ann_file')
        if truth and is_local(truth) and not Path(truth).is_file():
            yield Finding(str(truth), f'no such annotation file ({metric.place})')


def rules_of(dataset: DataSet) -> tuple[Fields | None, dict[str, Any]]:
    """The rules that a data set's annotation file must follow.

    Args:
        dataset: The data set.

    Returns:
        Keys that are read, None where it need not be in COCO's format; further arguments of ``check_annotations``.
    """
    fields = fields_of(dataset.cls)
    keypoints = keypoints_of(dataset, description_of(dataset))
    given = bool(dataset.config.get('bbox_file'))
    if fields and given:  # of the annotations the evaluation reads what it needs
        fields = replace(fields, needed=(), skips=True, sizes=True)
    return fields, dict(expected=keypoints.file, told_later=keypoints.told_later, boxes_given=given)


class _Files:
    """Looks at files, each at most once."""

    def __init__(self, verdicts: Verdicts, seen: Seen | None) -> None:
        self.verdicts, self.seen = verdicts, seen
        # a loop's file is read for its data set and for its metric, one after the other
        self.looked = lru_cache(maxsize=2)(self._look)
        self.read = lru_cache(maxsize=1)(partial(read_json, outlines=verdicts.path is None))

    def _look(self, path: str, fields: Fields, **rules: Any) -> tuple[Annotations, People | None, list[Finding]]:
        return check_annotations(path, self.read(path), fields, **rules)

    def of_loop(self, cfg: Config, loop: str) -> Iterator[Finding]:
        """All files of a loop."""
        sets = list(read_by(cfg, (loop,)))
        metrics = [metric for metric in metrics_of(cfg, (loop,)) if metric.reads_truth]
        yield from _overwritten_truths(sets, metrics)
        for dataset in sets:
            yield from self.of_data_set(dataset)
            for metric in metrics:
                if metric.dataset is None or class_of(metric.dataset) is dataset.cls:
                    yield from self.of_metric(metric, dataset)

    def of_data_set(self, dataset: DataSet) -> list[Finding]:
        """Its annotations and detected boxes."""
        if not dataset.ann_file or not dataset.ann_file.is_file():
            return []
        path = str(dataset.ann_file)
        try:
            fields, rules = rules_of(dataset)
            if fields is None:
                return self._of_other_format(path)
            findings: list[Finding] = []
            if not self.verdicts.known([path], fields, rules):
                data, people, found = self.looked(path, fields, **rules)
                findings += found
                self._remember(findings, [path], fields, rules, note=sample_of(data.images) if data.whole else [])
                if self.seen and people is not None:
                    self.seen(dataset, data, people)
            if dataset.picture_folder and not any(finding.wrong for finding in findings):
                chosen = self.verdicts.note([path], fields, rules)
                findings += sample_findings(path, dataset.picture_folder, chosen)
            findings += self._of_detections(dataset, path, fields, rules)
            return findings
        except InputError as error:
            return [_unreadable(error)]

    def _of_other_format(self, path: str) -> list[Finding]:
        """A file of a class that reads it in a way of its own: that there is something in it."""
        if not path.endswith('.json') or self.verdicts.known([path]):
            return [] if not path.endswith('.json') or Path(path).stat().st_size else [Finding(path, 'is empty')]
        if not self.read(path):
            return [Finding(path, 'has nothing that can be used')]
        self.verdicts.remember([path])
        return []

    def _of_detections(self, dataset: DataSet, path: str, fields: Fields, rules: dict[str, Any]) -> list[Finding]:
        if dataset.cls and issubclass(dataset.cls, PoseTrack18VideoDataset):  # which finds pictures by other keys
            return []
        boxes = str(dataset.bbox_file or '')
        if not Path(boxes).is_file() or not boxes.endswith('.json') or self.verdicts.known([boxes, path]):
            return []
        data = self.looked(path, fields, **rules)[0]
        if not data.whole:
            return []
        findings = [] if data.categories else [Finding(path, 'has no categories, which detected boxes go with')]
        sizes = {record['id']: (record.get('width'), record.get('height')) for record in data.images}
        findings += detection_findings(boxes, self.read(boxes), sizes, path)
        self._remember(findings, [boxes, path])
        return findings

    def of_metric(self, metric: Metric, dataset: DataSet) -> list[Finding]:
        """The truth that it evaluates a data set on, and whether that is the data set's."""
        own = metric.config.get('ann_file') or str(dataset.ann_file)
        if not dataset.ann_file or not dataset.ann_file.is_file() or not is_local(own) or not Path(own).is_file():
            return []
        if metric.config.get('format_only') and own == str(dataset.ann_file):
            return []
        try:
            fields, rules = rules_of(dataset)
            described = description_of(dataset) if metric.dataset else description_given(dataset)
        except InputError:  # told of already
            return []
        if fields is None or not fields.keypoints:
            return []
        same = Path(own).resolve() == dataset.ann_file.resolve()
        path, read = (str(dataset.ann_file) if same else own), str(dataset.ann_file)
        name = metric.cls.__name__ if metric.cls else ''
        asked = name, metric.config.get('use_area', True), metric.config.get('iou_type'), fields, rules, described
        files = [path] if same else [path, read]
        try:
            if self.verdicts.known(files, *asked):
                return []
            truth, people, findings = self.looked(path, fields, **rules)
            findings = [] if same else [f for f in findings if f.wrong]
            of_videos = issubclass(metric.cls or object, PoseTrack18Metric) or getattr(metric.cls, 'of_videos', False)
            if people is not None and not of_videos:
                sigmas = described.sigmas if described else None
                findings += _of_truth(metric, name, truth, people, sigmas, rules['boxes_given'])
            if not same and truth.whole:
                data = self.looked(read, fields, **rules)[0]
                findings += match_findings(truth, data, name) if data.whole else []
        except InputError as error:
            return [_unreadable(error)]
        self._remember(findings, files, *asked)
        return findings

    def _remember(self, findings: Sequence[Finding], files: list[str], *asked: object, note: Any = None) -> None:
        if not any(finding.wrong for finding in findings):
            self.verdicts.remember(files, *asked, note=note)


def _of_truth(
    metric: Metric, name: str, truth: Annotations, people: People, sigmas: int | None, boxes_given: bool
) -> list[Finding]:
    """Find what of the truth a metric of xtcocotools cannot use."""
    whole_body = metric.cls is not None and issubclass(metric.cls, CocoWholeBodyMetric)
    needed = ['bbox', *(truth.fields.keypoints if whole_body else ['keypoints'])]
    if metric.config.get('iou_type') == 'keypoints_crowd':
        needed.append('num_keypoints')
    use_area = metric.config.get('use_area', True)
    findings = truth_findings(truth, people, name, needed, use_area, 1 if whole_body or boxes_given else None)
    if sigmas == 0:
        findings.append(Finding(truth.path, f'its description has no sigmas, which {name} measures by'))
    return findings


def _overwritten_truths(sets: list[DataSet], metrics: list[Metric]) -> list[Finding]:
    """Data sets of the same name, of which MMPose hands a metric without a file of its own the last one's."""
    names: dict[str, dict[Path, None]] = {}
    for dataset in sets:
        described = description_of(dataset)
        if described and dataset.ann_file and dataset.config.get('test_mode'):
            names.setdefault(described.dataset, {})[dataset.ann_file.resolve()] = None
    return [
        Finding(metric.place, f'{len(files)} data sets are called {name}: without ann_file, it takes {list(files)[-1]} alone')
        for metric in metrics if not metric.config.get('ann_file')
        for name, files in names.items() if len(files) > 1
    ]  # fmt: skip


def _unreadable(error: InputError) -> Finding:
    """An error of one line, 'FILE: what is wrong', as a finding."""
    file, _, kind = str(error).partition(': ')
    return Finding(file, kind)
