"""Turns Leeds Sports Pose and LSP Extended into COCO's format: official split, torso sizes, near-duplicates."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ...utils.arguments import fraction
from ...utils.destinations import check_folder
from ...utils.errors import InputError
from ...utils.files import only_user, told_when_unwritable, whole_file, write_json
from ..coco_format.json_file import read_json
from ..lsp_dataset import LSPDataset
from ..pictures import Picture, look_at_all
from .duplicates import Pair, near_duplicates
from .joints import UNLABELLED, read_joints

TRAINED = 1000  # of LSP, the first pictures
DESCRIPTION = 'written by tools/prepare_data.py'
LEFT_SHOULDER, RIGHT_HIP = 9, 2
NUMBERED = re.compile(r'im0*(\d+)\.(jpe?g|png)', re.IGNORECASE)
OUTSIDE = 0.05  # share of joints outside of their pictures; 0.001 of LSP's, 0.002 of LSP Extended's are


@dataclass
class Prepared:
    """Files that were written.

    Attributes:
        people: Annotation file -> how many people are in it.
        duplicates: Pictures of the training that are nearly those of the test.
        notes: What the user should know.
    """

    people: dict[Path, int] = field(default_factory=dict)
    duplicates: list[Pair] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def prepare_lsp(source: str | Path, root: str | Path, flag: str = 'occluded') -> Prepared:
    """Prepare Leeds Sports Pose: pictures 1 to 1000 are for training, the others for the test.

    Args:
        source: The official folder, with ``joints.mat`` and ``images/im0001.jpg`` and so on.
        root: The folder to fill, the ``data_root`` of a config, with ``images/`` and in ``annotations/`` ``lsp_train.json``,
            ``lsp_test.json`` and ``duplicates.json``.
        flag: The meaning of the third number of a joint, as in ``read_joints``.

    Returns:
        What was written.

    Raises:
        InputError: If something is missing, damaged or does not fit, or cannot be written. Pictures and annotations that are
            there already and are not these are left alone.
    """
    check_folder(root)
    people = _read(Path(source), flag)
    prepared = Prepared()
    parts = {'train': people[:TRAINED], 'test': people[TRAINED:]}
    if len(people) != 2 * TRAINED:
        prepared.notes.append(
            f'{source}: has {len(people)} of the official 2000 pictures, {len(parts["test"])} to test on'
        )
    names = {part: [person.picture.name for person in those] for part, those in parts.items()}
    thumbnails = {person.picture.name: person.thumbnail for person in people}
    prepared.duplicates = near_duplicates(thumbnails, names['train'], names['test'])
    with _filled(Path(root), people, ['lsp_train', 'lsp_test', 'duplicates']):
        for part, those in parts.items():
            if those:
                _write(Path(root), f'lsp_{part}', those, prepared)
            elif (old := _annotations(root, f'lsp_{part}')).exists():  # of another run, with other pictures
                old.unlink()
                prepared.notes.append(f'{old}: is removed, nobody belongs there now')
        pairs = [asdict(pair) for pair in prepared.duplicates]
        write_json(
            _annotations(root, 'duplicates'),
            dict(info=dict(description=f'near-duplicates, {DESCRIPTION}'), pairs=pairs),
            indent=1,
        )
    return prepared


def prepare_lspet(
    source: str | Path,
    root: str | Path,
    flag: str = 'labelled',
    scores: str | Path | None = None,
    min_score: float | None = None,
) -> Prepared:
    """Prepare LSP Extended, all of it for training.

    Args:
        source: The official folder, with ``joints.mat`` and ``images/im00001.jpg`` and so on.
        root: The folder to fill: ``annotations/lspet_train.json`` and ``images/``.
        flag: As in ``prepare_lsp``.
        scores: A JSON file of picture's name -> how far its labels are to be trusted, in [0, 1].
        min_score: Pictures below it are left out; 0.5 by default.

    Returns, Raises:
        As ``prepare_lsp``.
    """
    if min_score is not None:
        fraction(min_score=min_score)
        if scores is None:
            raise InputError(f'min_score={min_score:g}: there are no scores; give the file of them, too')
    least = 0.5 if min_score is None else min_score
    check_folder(root)
    people = _read(Path(source), flag)
    prepared = Prepared()
    if scores is not None:
        trusted = _read_scores(Path(scores), [person.picture.name for person in people])
        kept = [person for person in people if trusted[person.picture.name] >= least]
        if not kept:
            raise InputError(f'{scores}: no picture has a score of {least:g} or more')
        prepared.notes.append(f'{len(people) - len(kept)} people are left out: their scores are below {least:g}')
        people = kept
    with _filled(Path(root), people, ['lspet_train']):
        _write(Path(root), 'lspet_train', people, prepared)
    return prepared


@dataclass(frozen=True)
class _Person:
    number: int
    picture: Path
    seen: Picture
    joints: np.ndarray  # (14, 3)

    @property
    def thumbnail(self) -> np.ndarray:
        assert self.seen.thumbnail is not None  # of every picture that can be read
        return self.seen.thumbnail


def _read(source: Path, flag: str) -> list[_Person]:
    """Everybody, in the order of the pictures' numbers."""
    if not source.is_dir():
        raise InputError(f'{source}: no such folder')
    joints = read_joints(source / 'joints.mat', flag)  # (N, 14, 3)
    pictures = _numbered(source / 'images')
    if missing := [number for number in range(1, len(joints) + 1) if number not in pictures]:
        others = f' and {len(missing) - 1} more are' if len(missing) > 1 else ' is'
        raise InputError(
            f'{source / "images"}: picture {missing[0]}{others} missing; joints.mat has {len(joints)} people'
        )
    if len(pictures) > len(joints):
        raise InputError(
            f'{source / "images"}: has {len(pictures)} pictures, and joints.mat only {len(joints)} people; they do not '
            'belong together'
        )
    seen = look_at_all(pictures[number] for number in sorted(pictures))
    for path, picture in seen.items():
        if picture.problem:
            raise InputError(f'{path}: {picture.problem}')
    people = [_Person(n, pictures[n], seen[pictures[n]], person) for n, person in enumerate(joints, start=1)]
    _check_fit(source, people)
    return people


def _numbered(folder: Path) -> dict[int, Path]:
    """Pictures by their numbers."""
    if not folder.is_dir():
        raise InputError(f'{folder}: is missing, the folder of the pictures')
    pictures: dict[int, Path] = {}
    for path in sorted(folder.iterdir()):
        if match := NUMBERED.fullmatch(path.name):
            other = pictures.setdefault(int(match[1]), path)
            if other != path:
                raise InputError(f'{folder}: {other.name} and {path.name} have the same number')
    return pictures


def _check_fit(source: Path, people: Sequence[_Person]) -> None:
    """Refuse joints of other pictures, such as the original ones in place of those that are scaled."""
    outside = []
    for person in people:
        labelled = person.joints[person.joints[:, 2] != UNLABELLED, :2]
        outside += np.any((labelled < -1) | (labelled > person.seen.size), axis=1).tolist()
    if (share := np.mean(outside)) > OUTSIDE:
        raise InputError(
            f'{source}: {share:.0%} of the joints lie outside of their pictures; joints.mat is of other pictures, '
            'or of the same in another size'
        )


def _read_scores(path: Path, names: Sequence[str]) -> Mapping[str, float]:
    scores = read_json(path)
    if not isinstance(scores, dict):
        raise InputError(f'{path}: must be an object of picture -> score')
    for name, score in scores.items():
        if isinstance(score, bool) or not isinstance(score, (int, float)) or not 0 <= score <= 1:
            raise InputError(f'{path}: the score of {name!r} is {score!r}; it must lie in [0, 1]')
    if missing := [name for name in names if name not in scores]:
        raise InputError(f'{path}: {missing[0]} has no score; {len(missing)} of {len(names)} pictures have none')
    return scores


def _annotations(root: str | Path, name: str) -> Path:
    return Path(root, 'annotations', f'{name}.json')


@contextmanager
def _filled(root: Path, people: Sequence[_Person], names: Sequence[str]) -> Iterator[None]:
    """Fill a folder with pictures, then with annotations, which therefore never name pictures that are not there."""
    if not any(map(_record, people)):
        raise InputError(f'{people[0].picture.parents[1]}: the labelled joints of nobody span a box')
    with only_user(root):
        for path in (_annotations(root, name) for name in names):
            _refuse_foreign(path)
        places = [(person.picture, root / 'images' / person.picture.name) for person in people]
        left = [(picture, place) for picture, place in places if not _there(picture, place)]
        for picture, place in tqdm(left, f'{root}: pictures', unit='', disable=None):
            with whole_file(place) as partial:
                partial.write_bytes(picture.read_bytes())
        yield


def _there(picture: Path, place: Path) -> bool:
    """Whether a picture is at its place; refuses another one there, which may be a data set's that is in use."""
    if not place.exists():
        return False
    with told_when_unwritable(place):
        same = place.read_bytes() == picture.read_bytes()
    if not same:
        raise InputError(f'{place}: is another picture than {picture}; move it away, or give another folder')
    return True


def _refuse_foreign(path: Path) -> None:
    """Leave annotations alone that are not ours."""
    if not path.exists():
        return
    with told_when_unwritable(path), path.open('rb') as file:
        ours = DESCRIPTION.encode() in file.read(200)
    if not ours:
        raise InputError(f'{path}: was not {DESCRIPTION}, it would be lost; move it away, or give another folder')


def _record(person: _Person) -> dict | None:
    """An annotation in COCO's format, its box that of the labelled joints; None where they span none."""
    points = person.joints[person.joints[:, 2] != UNLABELLED, :2]
    if len(points) < 2 or not (extent := np.ptp(points, axis=0)).all():
        return None
    left, top = points.min(0)
    width, height = extent
    record = dict(
        id=person.number,
        image_id=person.number,
        category_id=1,
        iscrowd=0,
        bbox=[round(float(value), 3) for value in (left, top, width, height)],
        area=round(float(width * height), 3),
        num_keypoints=len(points),
        keypoints=[value for x, y, v in person.joints for value in (round(float(x), 3), round(float(y), 3), int(v))],
    )
    shoulder, hip = person.joints[LEFT_SHOULDER], person.joints[RIGHT_HIP]
    size = round(float(np.hypot(*(shoulder - hip)[:2])), 3)
    if shoulder[2] and hip[2] and size > 0:
        record['torso_size'] = size
    return record


def _write(root: Path, name: str, people: Sequence[_Person], prepared: Prepared) -> None:
    """Write an annotation file."""
    records = [(person, record) for person in people if (record := _record(person))]
    if len(records) < len(people):
        prepared.notes.append(
            f'{name}: {len(people) - len(records)} people are left out: their labelled joints span no box'
        )
    meta = LSPDataset._load_metainfo(LSPDataset.METAINFO)
    names = [meta['keypoint_id2name'][i] for i in range(meta['num_keypoints'])]
    links = [[first + 1, second + 1] for first, second in meta['skeleton_links']]
    path = _annotations(root, name)
    write_json(
        path,
        dict(
            info=dict(description=f'{name}, {DESCRIPTION}'),
            categories=[dict(id=1, name='person', keypoints=names, skeleton=links)],
            images=[
                dict(
                    id=person.number,
                    file_name=person.picture.name,
                    width=person.seen.size[0],
                    height=person.seen.size[1],
                )
                for person, _ in records
            ],
            annotations=[record for _, record in records],
        ),
    )
    prepared.people[path] = len(records)
