"""Rules of the records of an annotation file: that they are records, and that each annotation finds its picture."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from .fields import Fields
from .findings import Finding, found, shown

Records = list[dict[str, Any]]
MOST = 10**9  # pixels
LARGEST = 10**300


class Annotations:
    """Content of an annotation file, and what is wrong with its records as such.

    Args:
        path: The file, for the findings.
        content: What was read.
        fields: Keys that are read.
        boxes_given: Whether boxes come from another file, so that annotations may be missing.

    Attributes:
        findings: So far. Where one of ``whole`` is False, the values cannot be looked at.
        images: The pictures' records.
        people: Those of the annotations that have what ``fields`` reads.
        sizes: Width and height of each person's picture, (people, 2); NaN where they are not known.
    """

    def __init__(self, path: str, content: Any, fields: Fields, boxes_given: bool = False) -> None:
        self.path, self.fields = path, fields
        self.findings: list[Finding] = []
        self.images: Records = []
        self.annotations: Records = []
        self.people: Records = []
        self.categories: Records = []
        self.whole = False
        if isinstance(content, dict) and boxes_given:
            content = {'annotations': [], **content}
        if not isinstance(content, dict) or not all(
            isinstance(content.get(k), list) for k in ('images', 'annotations')
        ):
            self.wrong("is not an annotation file in COCO's format, which has images and annotations", (), 1)
            return
        for key in ('images', 'annotations', 'categories'):
            records: Any = content.get(key)
            if records is None and key == 'categories':
                continue
            others = [
                i for i, record in enumerate(records if isinstance(records, list) else ()) if type(record) is not dict
            ]
            if not isinstance(records, list) or others:
                named = [f'{key}[{i}] is {shown(records[i])}' for i in others[:3]]
                self.wrong('must be a record, {"id": ..., ...}', named, len(others) or 1)
                return
            setattr(self, key, records)
        self.whole = self._check_images() & self._check_annotations()
        if not self.fields.bare:
            self.whole &= self._check_ids('category', self.categories, 'id')
        self.people = self._people() if self.whole else []
        self.sizes = self._sizes()

    def wrong(self, kind: str, records: Iterable[str], count: int, wrong: bool = True, meaning: str = '') -> None:
        """Note a finding, if there is a record that has the fault; arguments as of ``found``."""
        self.findings += found(self.path, kind, records, count, wrong, meaning)

    def names(self, people: Iterable[int]) -> Iterator[str]:
        """How lines call people, by their place in ``people``."""
        return (name('annotation', self.people[i]) for i in people)

    def values(self, people: Iterable[int], key: str) -> Iterator[str]:
        """The same with one of their values."""
        return (f'{name("annotation", self.people[i])}: {key} is {shown(self.people[i].get(key))}' for i in people)

    def _check_images(self) -> bool:
        """Whether every picture has an id by which it is found."""
        identified = self._check_ids('image', self.images, 'id')
        self._check_repeated('image', self.images)
        files = [record.get('file_name') for record in self.images]
        texts = set(map(type, files)) <= {str} and '' not in files
        unnamed = [] if texts else [i for i, f in enumerate(files) if not isinstance(f, str) or not f]
        self.wrong(
            'must have a file_name, a text', self._told('image', self.images, unnamed, 'file_name'), len(unnamed)
        )
        if self.fields.sizes:
            for key in ('width', 'height'):
                values: list[Any] = [record.get(key) for record in self.images]
                numbers = (
                    set(map(type, values)) <= {int} and 0 < min(values, default=1) and max(values, default=1) < MOST
                )
                bad = [] if numbers else [i for i, value in enumerate(values) if not _is_size(value)]
                self.wrong(
                    f'must have a {key}, a number above 0', self._told('image', self.images, bad, key), len(bad),
                    meaning='boxes are clipped to it',
                )  # fmt: skip
        if not unnamed and len(set(files)) < len(files):
            ids: dict[str, list] = {}
            for file, record in zip(files, self.images):
                ids.setdefault(str(file), []).append(record.get('id'))
            several = {file: found_ids for file, found_ids in ids.items() if len(set(map(str, found_ids))) > 1}
            self.wrong(
                'is in the file under several ids',
                (f'{file} (images {", ".join(map(str, found_ids[:4]))})' for file, found_ids in several.items()),
                len(several), wrong=False, meaning='its people are evaluated apart from each other',
            )  # fmt: skip
        return identified

    def _check_annotations(self) -> bool:
        """Whether every annotation has an id, and a picture."""
        identified = self._check_ids('annotation', self.annotations, 'image_id')
        if not self.fields.bare:
            identified &= self._check_ids('annotation', self.annotations, 'id')
            self._check_repeated('annotation', self.annotations)
        if not self.fields.bare and (self.categories or 'category_id' in self.fields.needed):
            identified &= self._check_ids('annotation', self.annotations, 'category_id')
        if not identified:
            return False
        images = {record['id'] for record in self.images if _is_id(record.get('id'))}
        lost = [i for i, record in enumerate(self.annotations) if record['image_id'] not in images]
        self.wrong(
            'there is no such image in the file', self._told('annotation', self.annotations, lost, 'image_id'), len(lost),
            meaning='it would be left out without a word',
        )  # fmt: skip
        return not lost

    def _check_ids(self, noun: str, records: Records, key: str) -> bool:
        """Whether all records have a whole number under a key."""
        if set(map(type, [record.get(key) for record in records])) <= {int}:
            return True
        bad = [i for i, record in enumerate(records) if not _is_id(record.get(key))]
        article = 'an' if key[0] in 'aeiou' else 'a'
        self.wrong(f'must have {article} {key}, a whole number', self._told(noun, records, bad, key), len(bad))
        return not bad

    def _check_repeated(self, noun: str, records: Records) -> None:
        """Refuse an id that several records have: of those only the last is read."""
        ids = [record.get('id') for record in records]
        if set(map(type, ids)) <= {int} and len(set(ids)) == len(ids):
            return
        repeated = {i: count for i, count in Counter(filter(_is_id, ids)).items() if count > 1}
        copies = [record for record in records if _is_id(record.get('id')) and record['id'] in repeated]
        first = {record['id']: record for record in reversed(copies)}
        same = set(repeated) - {record['id'] for record in copies if record != first[record['id']]}
        others = [i for i in repeated if noun == 'annotation' or i not in same]
        self.wrong(
            'several records have this id', (f'{noun} {i} (there {repeated[i]} times)' for i in others), len(others),
            meaning='only the last of them would be read; give files that are merged new ids',
        )  # fmt: skip
        if noun == 'image':
            self.wrong(
                'is there several times, the same each time', (f'image {i}' for i in same), len(same), wrong=False
            )

    def _people(self) -> Records:
        """Annotations that are read; of one that lacks a key a finding."""
        fields = self.fields
        needed = [*([] if fields.bare else fields.keypoints), *([fields.box] if fields.box else []), *fields.needed]
        optional = {fields.box, *fields.keypoints} if fields.skips else set()
        lacking: dict[str, list[int]] = {}
        people, left_out = [], []
        for i, record in enumerate(self.annotations):
            if all(map(record.__contains__, needed)):
                people.append(record)
                continue
            missing = next(key for key in needed if key not in record)
            if missing in optional or (optional and not record.keys() >= optional):
                left_out.append(i)
            else:
                lacking.setdefault(missing, []).append(i)
        for key, bad in lacking.items():
            self.wrong(f'{key!r} is missing', self._told('annotation', self.annotations, bad), len(bad))
        self.wrong(
            f'has no {" or no ".join(sorted(map(str, optional)))}', self._told('annotation', self.annotations, left_out),
            len(left_out), wrong=False, meaning='MMPose leaves it out',
        )  # fmt: skip
        return people

    def _sizes(self) -> np.ndarray:
        sizes = [(record.get('width'), record.get('height')) for record in self.images]
        known = [size if _is_size(size[0]) and _is_size(size[1]) else (np.nan, np.nan) for size in sizes]
        place = {record.get('id'): i for i, record in enumerate(self.images)} if self.people else {}
        which = [place[person['image_id']] for person in self.people]
        return np.array(known, float).reshape(-1, 2)[which] if which else np.zeros((0, 2))

    @staticmethod
    def _told(noun: str, records: Records, which: Sequence[int], key: str | None = None) -> Iterator[str]:
        for i in which:
            told = name(noun, records[i], i)
            yield f'{told}: {key} is {shown(records[i][key])}' if key in records[i] and key != 'id' else told


def name(noun: str, record: dict, place: int | None = None) -> str:
    """How a line calls a record: by its id, or its place where it has none."""
    if _is_id(record.get('id')) or (place is None and 'id' in record):
        return f'{noun} {record["id"]}'
    several = 'categories' if noun == 'category' else f'{noun}s'
    return f'{several}[{place}] (id {shown(record["id"])})' if 'id' in record else f'{several}[{place}]'


def is_number(value: Any) -> bool:
    """Whether it is a number, if not a finite one; true and false are none, nor is what no float can hold."""
    return isinstance(value, float) or (type(value) is int and abs(value) < LARGEST)


def _is_id(value: Any) -> bool:
    """Whether something can be an id: 3.0 is found where 3 is looked for."""
    return is_number(value) and abs(value) < LARGEST and value % 1 == 0


def _is_size(value: Any) -> bool:
    return is_number(value) and 0 < value < MOST
