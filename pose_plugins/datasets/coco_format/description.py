"""Finds what is wrong with the description of a data set's keypoints, MMPose's ``metainfo``."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.config import Config

from ...utils.errors import InputError, similar
from ..meta import META
from .findings import Finding, found, shown
from .records import is_number

KEYS = 'dataset_name', 'keypoint_info', 'skeleton_info', 'joint_weights', 'sigmas'


def read_description(metainfo: Mapping[str, Any], place: str) -> tuple[Mapping[str, Any], str, bool]:
    """Take a description from the file that it names.

    Args:
        metainfo: Of a data set: ``from_file``, or the description itself.
        place: Where in the config it stands.

    Returns:
        The description, where it stands, and whether it is one of MMPose's own.

    Raises:
        InputError: If there is no such file or it cannot be read.
    """
    file = metainfo.get('from_file')
    if file is None:
        return metainfo, place, False
    if not isinstance(file, (str, Path)):
        raise InputError(f'{place}: from_file is {shown(file)}: it must be the name of a file')
    path = Path(file)
    if not path.is_file():
        path = META / path.name  # as MMPose does
    if not path.is_file():
        raise InputError(
            f'{file}: no such file of a description ({place}){similar(path.name, [p.name for p in META.iterdir()])}'
        )
    try:
        description = Config.fromfile(path).get('dataset_info')
    except Exception as error:  # a config is the user's code
        said = f'{type(error).__name__}: {" ".join(str(error).split())}'
        raise InputError(f'{file}: cannot be read as a description: {said} ({place})') from None
    if not isinstance(description, Mapping):
        raise InputError(f'{file}: has no dataset_info, which is a dict of {", ".join(KEYS)} ({place})')
    own = META / path.name
    return description, str(file), own.is_file() and own.read_bytes() == path.read_bytes()


def description_findings(description: Mapping[str, Any], place: str, published: bool = False) -> list[Finding]:
    """Look at a description.

    Args:
        description: As ``dataset_info`` of MMPose's files.
        place: Where it stands, for the findings.
        published: Whether it is one of MMPose's own. Trained models go with these: whatever a training can run with is told,
            and not refused.

    Returns:
        The findings.
    """
    missing = [key for key in KEYS if key not in description]
    if missing:
        near = similar(missing[0], description)
        return [Finding(place, f'{", ".join(missing)} missing from the description of the keypoints{near}')]
    for key in ('keypoint_info', 'skeleton_info'):
        records = description[key]
        if not isinstance(records, Mapping) or not all(isinstance(record, Mapping) for record in records.values()):
            return [Finding(place, f'{key} must be a dict of dicts, {{0: dict(...), 1: dict(...), ...}}')]
    rules = _Rules(description, place, not published)
    return rules.findings


class _Rules:
    """Findings of a description whose records are dicts."""

    def __init__(self, description: Mapping[str, Any], place: str, strict: bool) -> None:
        self.place, self.strict = place, strict
        self.findings: list[Finding] = []
        info, links = description['keypoint_info'], description['skeleton_info']
        if not isinstance(description['dataset_name'], str) or not description['dataset_name']:
            self.wrong('dataset_name must be a text', [shown(description['dataset_name'])], always=True)
        self.wrong('keypoint_info must not be empty', [] if info else ['keypoint_info'], always=True)
        if list(info) != list(range(len(info))):
            keys = ', '.join(map(shown, list(info)[:4]))
            self.wrong(
                f'ids of keypoint_info must be whole numbers from 0 to {len(info) - 1}, in order', [f'{keys}, ...'],
                always=True,
            )  # fmt: skip
        self.names = self._names(info)
        if self.names is not None:
            self._swaps(info, self.names)
            self._links(links, self.names)
        types = ((i, record.get('type', '')) for i, record in info.items())
        self.wrong(
            "type must be 'upper', 'lower' or ''",
            [f'keypoint {i}: type is {shown(kind)}' for i, kind in types if kind not in ('upper', 'lower', '')],
        )
        for noun, records in (('keypoint', info), ('link', links)):
            colours = ((i, record.get('color', (0, 0, 0))) for i, record in records.items())
            self.wrong(
                'color must be three whole numbers from 0 to 255',
                [f'{noun} {i}: color is {shown(colour)}' for i, colour in colours if not _is_colour(colour)], always=True,
            )  # fmt: skip
        for key in ('joint_weights', 'sigmas'):
            self._numbers(key, description[key], len(info))

    def wrong(self, kind: str, records: Sequence[str], always: bool = False) -> None:
        self.findings += found(self.place, kind, records, len(records), self.strict or always)

    def _names(self, info: Mapping) -> list[str] | None:
        """The names, if they can be looked at."""
        names = [record.get('name') for record in info.values()]
        bad = [f'keypoint {i}: name is {shown(n)}' for i, n in zip(info, names) if not isinstance(n, str) or not n]
        self.wrong('every keypoint must have a name', bad, always=True)
        if bad:
            return None
        repeated = [f'keypoints {shown(n)}' for n, count in Counter(names).items() if count > 1]
        self.wrong('several keypoints have this name', repeated, always=True)
        return None if repeated else names

    def _swaps(self, info: Mapping, names: list[str]) -> None:
        given = {record['name']: record.get('swap', '') for record in info.values()}
        swaps = {name: name if swap == '' else swap for name, swap in given.items()}  # MMPose does not take None
        unknown = {name: swap for name, swap in swaps.items() if swap not in names}
        self.wrong(
            'there is no such keypoint',
            [f'{name}: swap is {shown(swap)}{similar(str(swap), names)}' for name, swap in unknown.items()], always=True,
        )  # fmt: skip
        one_sided = [
            f'{name}: swap is {swap!r}, whose swap is {swaps[swap]!r}'
            for name, swap in swaps.items()
            if name not in unknown and swap not in unknown and swaps[swap] != name
        ]
        self.wrong('swap must be named by both, for pictures are mirrored', one_sided)

    def _links(self, links: Mapping, names: list[str]) -> None:
        unknown, odd = [], []
        for i, record in links.items():
            link = record.get('link')
            if not isinstance(link, (list, tuple)) or len(link) != 2:
                odd.append(f'link {i}: link is {shown(link)}')
                continue
            unknown += [f'link {i}: {shown(end)}{similar(str(end), names)}' for end in link if end not in names]
        self.wrong('a link must be two names of keypoints', odd, always=True)
        self.wrong('there is no such keypoint', unknown, always=True)

    def _numbers(self, key: str, values: Any, count: int) -> None:
        """Weights and sigmas; data sets that no OKS is measured on have no sigmas."""
        if isinstance(values, np.ndarray):
            values = values.tolist()
        if not isinstance(values, (list, tuple)) or not all(map(is_number, values)):
            self.wrong(f'{key} must be a list of numbers', [f'{key} is {shown(values)}'], always=True)
        elif len(values) != count and (values or key != 'sigmas'):
            self.wrong(f'{key} must be as many as the keypoints, {count}', [f'{key} has {len(values)}'])
        elif values:
            least = 'above 0' if key == 'sigmas' else '0 or more'
            bad = [i for i, v in enumerate(values) if not 0 <= v < 1e30 or (key == 'sigmas' and v == 0)]
            self.wrong(f'{key} must be finite and {least}', [f'{key}[{i}] is {values[i]}' for i in bad])


def _is_colour(value: Any) -> bool:
    value = value.tolist() if isinstance(value, np.ndarray) else value
    return isinstance(value, (list, tuple)) and len(value) == 3 and all(
        is_number(part) and 0 <= part <= 255 and part % 1 == 0 for part in value
    )  # fmt: skip
