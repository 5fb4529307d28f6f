"""Tells on one screen what data a config reads, and what is wrong with it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from mmengine.config import Config

from .check import data_findings
from .coco_format.findings import SHOWN, Finding
from .coco_format.people import People
from .coco_format.records import Annotations
from .keypoint_counts import description_of
from .loaders import DataSet, read_by
from .pictures import duplicate_findings, look_at_all, picture_findings

WIDTH = 110  # of the screen, in characters
MANY_NAMES = 42  # keypoints, beyond which their table would fill the screen
TINY = 32 * 32  # of a box, in pixels: COCO's small


class Survey:
    """All of a config's data, looked at.

    Args:
        cfg: A runner's.
        loops: Which of 'train', 'val' and 'test' to look at.
        pictures: Whether pictures are opened.

    Attributes:
        findings: What was found.
    """

    def __init__(self, cfg: Config, loops: Sequence[str], pictures: bool = True) -> None:
        self._texts: dict[tuple[str, ...], str] = {}
        self._images: dict[tuple[str, Path], list[dict]] = {}
        self._loaders: dict[tuple[str, ...], dict[str, None]] = {}
        self._files_of: dict[str, set[Path]] = {}
        self.findings: list[Finding] = data_findings(cfg, loops, seen=self._see)
        for dataset in read_by(cfg, loops):
            self._loaders.setdefault(_key(dataset), {})[dataset.loader] = None
        if pictures:
            self._open()

    @property
    def wrong(self) -> bool:
        """Whether something changes results."""
        return any(finding.wrong for finding in self.findings)

    def __str__(self) -> str:
        """One screen of text."""
        lines = []
        told: dict[str, str] = {}
        for key, loaders in self._loaders.items():
            lines += [f'{", ".join(loaders)}: {key[0]}, {key[1] or "no file of this machine"}']
            text = self._texts.get(key, '  not read in the format of COCO, or not at all')
            lines += [f'  people as of {told[text]}' if text in told else text, '']
            if key in self._texts:
                told.setdefault(text, ', '.join(loaders))
        for wrong, title in ((True, 'wrong'), (False, 'worth knowing')):
            of_kind = [finding for finding in self.findings if finding.wrong == wrong]
            lines += [f'{title}: {len(of_kind) or "nothing"}'] if wrong or of_kind else []
            for finding in of_kind:
                lines += _told(finding)
        return '\n'.join(lines)

    def _see(self, dataset: DataSet, data: Annotations, people: People) -> None:
        if _key(dataset) not in self._texts:
            described = description_of(dataset)
            names = described.names if described and len(described.names) == people.count else ()
            self._texts[_key(dataset)] = '\n'.join(_lines(dataset, data, people, names))
        folder = dataset.picture_folder
        if folder and folder.is_dir():
            self._images[data.path, folder] = data.images
            files = {folder / image['file_name'] for image in data.images if isinstance(image.get('file_name'), str)}
            self._files_of.setdefault(dataset.loader, set()).update(files)

    def _open(self) -> None:
        """Look at the pictures."""
        files = sorted(set().union(*self._files_of.values()) if self._files_of else ())
        seen = look_at_all(files)
        for (path, folder), images in self._images.items():
            named = [image for image in images if folder / str(image.get('file_name')) in seen]
            self.findings += picture_findings(path, folder, named, seen)
        trained = self._files_of.pop('train_dataloader', set())
        tested = set().union(*self._files_of.values()) if self._files_of else set()
        if trained and tested:
            self.findings += duplicate_findings(
                {path: seen[path] for path in sorted(trained)}, {path: seen[path] for path in sorted(tested)}
            )


def _key(dataset: DataSet) -> tuple[str, ...]:
    file, boxes = dataset.ann_file, dataset.bbox_file
    return dataset.place.split(', ')[1], f'{file or ""}{f" with boxes of {boxes}" if boxes else ""}'


def _lines(dataset: DataSet, data: Annotations, people: People, names: Sequence[str]) -> Iterator[str]:
    """Tell what is in a file."""
    labelled = people.labelled[~people.crowd]
    persons = len(labelled)
    with_people = len({person['image_id'] for person in data.people})
    yield f'  {len(data.images)} pictures, {with_people} with people'
    yield (
        f'  {persons} people, {int(labelled.any(1).sum())} with labelled keypoints; {int(people.crowd.sum())} crowds'
        if data.fields.keypoints else f'  {len(data.annotations)} annotations, of which {dataset.place} reads keys of its own'
    )  # fmt: skip
    sizes = np.array([[_number(image.get('width')), _number(image.get('height'))] for image in data.images], float)
    yield from _quartiles('pictures', sizes)
    usable = np.isfinite(people.boxes).all(1) & (people.boxes[:, 2:] > 0).all(1) & ~people.crowd
    boxes, frames = people.boxes[usable], data.sizes[usable]
    yield from _quartiles('boxes', boxes[:, 2:])
    if len(boxes):
        cut = (boxes[:, :2] <= 1).any(1) | (boxes[:, :2] + boxes[:, 2:] >= frames - 1).any(1)
        tiny = boxes[:, 2] * boxes[:, 3] < TINY
        yield f'  {cut.mean():.0%} of the boxes touch the border of the picture, {tiny.mean():.0%} are tiny (below 32 x 32)'
    if people.count:
        counts = labelled.sum(0)
        yield f'  {int(counts.sum())} labelled keypoints, of {persons} people:'
        yield from _table(_cells(names or [str(k) for k in range(people.count)], counts.tolist()))


def _quartiles(what: str, sizes: np.ndarray) -> Iterator[str]:
    known = sizes[np.isfinite(sizes).all(1)] if len(sizes) else sizes
    if len(known):
        quarters = np.percentile(known, (0, 25, 50, 75, 100), axis=0)
        told = ', '.join(f'{width:.0f} x {height:.0f}' for width, height in quarters)
        yield f'  width and height of {what}, least, quartiles, largest: {told}'


def _cells(names: Sequence[str], counts: Sequence[int]) -> list[str]:
    """Names with their counts; where there are many, numbered ones in one cell."""
    if len(names) <= MANY_NAMES:
        return [f'{name} {_count(count)}' for name, count in zip(names, counts)]
    groups: list[tuple[str, list[str], list[int]]] = []
    for name, count in zip(names, counts):
        stem = name.rstrip('0123456789')
        if not groups or groups[-1][0] != stem or stem == name:
            groups.append((stem, [], []))
        groups[-1][1].append(name.removeprefix(stem))
        groups[-1][2].append(count)
    return [
        f'{stem}{"..".join(dict.fromkeys((numbers[0], numbers[-1])))} '
        f'{" to ".join(dict.fromkeys((_count(min(of)), _count(max(of)))))}'
        for stem, numbers, of in groups
    ]


def _count(count: int) -> str:
    return str(count) if count else 'NONE'


def _table(cells: Sequence[str]) -> Iterator[str]:
    width = max(map(len, cells)) + 2
    columns = max(1, (WIDTH - 4) // width)
    for start in range(0, len(cells), columns):
        yield '    ' + ''.join(cell.ljust(width) for cell in cells[start : start + columns]).rstrip()


def _told(finding: Finding) -> Iterator[str]:
    count = f' ({finding.count} such)' if finding.count > 1 else ''
    yield f'  {finding.file}: {finding.kind}{count}{f"; {finding.meaning}" if finding.meaning else ""}'
    for record in finding.records:
        yield f'    {record}'
    if finding.count > SHOWN and finding.records:
        yield '    ...'


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) and 0 < value < 1e9 else np.nan
