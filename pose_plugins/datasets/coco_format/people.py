"""Rules of people's values: boxes, keypoints and flags that are numbers, as many as there should be, and finite."""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import numpy as np

from .findings import MANY, shown
from .records import Annotations, is_number, name

NUMBERS = {int, float}


class People:
    """Boxes and keypoints of an annotation file's people as arrays, and what is wrong with them.

    Args:
        data: The file's records; findings go there.
        expected: How many keypoints a person must have; None where that is not known.
        told_later: Whether another number is told of by a transform that then goes on, and is no fault here.

    Attributes:
        boxes: (people, 4), left, top, width and height in pixels; NaN where there is none that can be read.
        keypoints: (people, K, 3), x, y and flag; zero where there are none that can be read.
        count: K.
    """

    def __init__(self, data: Annotations, expected: int | None, told_later: bool = False) -> None:
        self.data, self.expected, self.told_later = data, expected, told_later
        self.crowd = np.array([bool(person.get('iscrowd')) for person in data.people], bool)
        self.boxes = self._boxes()
        self.keypoints = self._keypoints()
        self.count = self.keypoints.shape[1]
        self.labelled = self.keypoints[..., 2] > 0
        self._check_flags()

    def _boxes(self) -> np.ndarray:
        data, key = self.data, self.data.fields.box
        if not key:
            return np.full((len(data.people), 4), np.nan, np.float32)
        values = [person[key] for person in data.people]
        readable = _lists_of_numbers(values)
        bad = [i for i, value in enumerate(values) if not readable[i] or len(value) != 4]
        data.wrong(f'{key} must be 4 numbers: left, top, width, height', data.values(bad, key), len(bad))
        for i in bad:
            values[i] = [np.nan] * 4
        boxes = _flat(values).reshape(-1, 4)
        wanted = np.ones(len(boxes), bool)
        wanted[bad] = False
        infinite = np.flatnonzero(wanted & ~np.isfinite(boxes).all(1))
        data.wrong(f'{key} must be finite numbers', data.values(infinite, key), len(infinite))
        negative = np.flatnonzero((boxes[:, 2:] < 0).any(1))
        data.wrong(
            f'{key} must not have a negative width or height', data.values(negative, key), len(negative),
            meaning='it is left, top, width, height in pixels',
        )  # fmt: skip
        boxes[~np.isfinite(boxes).all(1)] = np.nan
        zero = np.flatnonzero((boxes[:, 2:] == 0).any(1))
        data.wrong(
            f'{key} has no area', data.values(zero, key), len(zero), wrong=False, meaning='MMPose leaves the person out'
        )
        return boxes

    def _keypoints(self) -> np.ndarray:
        """Of all keys, one after the other."""
        fields, data = self.data.fields, self.data
        parts, bad_people = [], np.zeros(len(data.people), bool)
        for number, key in enumerate(fields.keypoints):
            count = fields.counts[number] if fields.counts else self.expected
            values = [person.get(key, []) for person in data.people]
            values, bad = self._readable(key, values, count)
            bad_people[bad] = True
            lengths = np.fromiter(map(len, values), int, len(values))
            most = count or (int(np.bincount(lengths).argmax()) // 3 if lengths.any() else 0)
            points = np.zeros((len(values), most * 3), np.float32)
            full = lengths == most * 3
            points[full] = _flat([value for value, ok in zip(values, full) if ok]).reshape(int(full.sum()), most * 3)
            infinite = np.flatnonzero(~np.isfinite(points).all(1))
            data.wrong(
                f'{key} must be finite numbers', (self._worst(i, key, points[i]) for i in infinite), len(infinite)
            )
            points[infinite] = 0
            parts.append(points.reshape(len(values), most, 3))
        keypoints = np.concatenate(parts, 1) if parts else np.zeros((len(data.people), 0, 3), np.float32)
        keypoints[bad_people] = 0
        flags = keypoints[..., 2]
        below = np.flatnonzero((flags < 0).any(1))
        data.wrong(
            'a keypoint has a negative flag, it must be 0, 1 or 2, or a confidence', data.names(below), len(below)
        )
        return keypoints

    def _readable(self, key: str, values: list, count: int | None) -> tuple[list[list], list[int]]:
        """The values with those that cannot be read emptied, and which these are."""
        data = self.data
        readable = _lists_of_numbers(values)
        bad = [i for i, ok in enumerate(readable) if not ok]
        nested = [i for i in bad if isinstance(values[i], list) and any(isinstance(v, list) for v in values[i])]
        data.wrong(
            f'{key} must be one flat list, x, y, flag, x, y, flag, ..., not lists in a list',
            data.values(nested, key), len(nested),
        )  # fmt: skip
        others = sorted(set(bad) - set(nested))
        data.wrong(
            f'{key} must be a list of numbers: x, y, flag of each keypoint',
            (self._culprit(i, key) for i in others), len(others),
        )  # fmt: skip
        values = [value if ok else [] for value, ok in zip(values, readable)]
        uneven = [i for i, value in enumerate(values) if len(value) % 3]
        data.wrong(
            f'{key} must have three numbers a keypoint: x, y, flag',
            (f'{who}: {len(values[i])} numbers' for i, who in zip(uneven, data.names(uneven))), len(uneven),
        )  # fmt: skip
        for i in uneven:
            values[i] = []
        lengths: dict[int, list[int]] = {}
        for i, value in enumerate(values):
            if value:  # of a person without any, MMPose reads that nothing is labelled
                lengths.setdefault(len(value) // 3, []).append(i)
        usual = count or max(lengths, key=lambda n: len(lengths[n]), default=0)
        odd = [i for n, people in lengths.items() if n != usual for i in people]
        said = 'the data set has' if count else 'the others have'
        data.wrong(
            f'{said} {usual}' if not data.fields.counts else f'{key} has {usual}',
            (f'{who}: {len(values[i]) // 3} keypoints' for i, who in zip(odd, data.names(odd))), len(odd),
            wrong=not self.told_later, meaning='it is told of and left out' if self.told_later else '',
        )  # fmt: skip
        for i in odd:
            values[i] = []
        return values, [*bad, *uneven, *odd]

    def _culprit(self, i: int, key: str) -> str:
        value, who = self.data.people[i].get(key), name('annotation', self.data.people[i])
        if not isinstance(value, list):
            return f'{who}: {key} is {shown(value)}'
        place = next(place for place, item in enumerate(value) if not is_number(item))
        return f'{who}: {key}[{place}] is {shown(value[place])}'

    def _worst(self, i: int, key: str, points: np.ndarray) -> str:
        place = int(np.flatnonzero(~np.isfinite(points))[0])
        return f'{name("annotation", self.data.people[i])}: {key}[{place}] is {self.data.people[i][key][place]}'

    def _check_flags(self) -> None:
        data = self.data
        labelled = self.labelled.any(1)
        bad = self._where('iscrowd', lambda value: not isinstance(value, (int, float)) or value not in (0, 1))
        data.wrong('iscrowd must be 0 or 1', data.values(bad, 'iscrowd'), len(bad))
        bad = self._where('area', lambda value: not is_number(value))
        data.wrong('area must be a number', data.values(bad, 'area'), len(bad))
        bad = self._where('num_keypoints', lambda value: not is_number(value) or value < 0)
        data.wrong('num_keypoints must be a number, 0 or more', data.values(bad, 'num_keypoints'), len(bad))
        if bad or not data.fields.keypoints or data.fields.bare:
            return
        counts = [person.get('num_keypoints', -1) for person in data.people]
        said = np.array(counts, float)
        empty = np.array([any(person[key] == [] for key in data.fields.keypoints) for person in data.people], bool)
        bad = np.flatnonzero(empty & (said > 0) & ~self.crowd).tolist()
        data.wrong('keypoints are empty, yet num_keypoints is not 0', data.names(bad), len(bad))
        own = len(data.fields.counts) and data.fields.counts[0]  # the whole body's counts those of the body alone
        seen = (self.labelled[:, :own] if own else self.labelled).sum(1)
        dropped = np.flatnonzero((said == 0) & labelled & ~self.crowd & (seen > 0))
        data.wrong(
            'num_keypoints is 0, yet keypoints are labelled', data.names(dropped), len(dropped),
            wrong=len(dropped) > MANY * max(1, (labelled & ~self.crowd).sum()), meaning='MMPose leaves the person out',
        )  # fmt: skip
        other = np.flatnonzero((said > 0) & (said != seen))
        data.wrong(
            'num_keypoints is another number than that of the labelled keypoints',
            (f'{who}: {counts[i]} and {seen[i]}' for i, who in zip(other, data.names(other))), len(other), wrong=False,
        )  # fmt: skip

    def _where(self, key: str, bad: Callable[[Any], bool]) -> list[int]:
        """People who have a value that is bad, which is asked once of each whole number."""
        values = [person.get(key, 0) for person in self.data.people]  # of all, 0 is in order
        if set(map(type, values)) <= {int} and not any(map(bad, set(values))):
            return []
        return [i for i, person in enumerate(self.data.people) if key in person and bad(person[key])]


def _lists_of_numbers(values: Sequence) -> list[bool]:
    """Which of the values are lists of numbers; NaN is one."""
    if set(map(type, values)) <= {list} and set(map(type, chain.from_iterable(values))) <= NUMBERS:
        return [True] * len(values)
    return [isinstance(value, list) and all(map(is_number, value)) for value in values]


def _flat(values: list[list]) -> np.ndarray:
    """All numbers in one array; what is none of 32 bits is infinite, as it is to MMPose."""
    total = sum(map(len, values))
    try:
        numbers = np.fromiter(chain.from_iterable(values), np.float64, total)
    except OverflowError:  # whole numbers of hundreds of digits
        numbers = np.array([min(max(value, -1e300), 1e300) for value in chain.from_iterable(values)], np.float64)
    with np.errstate(over='ignore'):
        return numbers.astype(np.float32)
