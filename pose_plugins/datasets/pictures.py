"""Opens all pictures of data sets: finds those that are missing, damaged, of another size, or trained and tested on."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from ..utils.picture_files import UnreadableError, content_of, decoded
from .coco_format.findings import MANY, Finding, found
from .coco_format.records import is_number, name

THUMBNAIL = 16  # pixels, of a picture that is compared with others
BANDS = 4  # of a difference hash; pictures that are alike have one of them in common
ALIKE = 3.0  # mean difference of two thumbnails in grey levels; encoding a picture anew makes about 1
TAGGED = 'is turned by its EXIF tag when it is read, and annotated as it is stored'
OTHER_SIZE = 'the picture has another size than annotated'
CROWDED = 50  # pictures that share a band: those of one plain colour


@dataclass(frozen=True)
class Picture:
    """A picture as MMPose gets it.

    Attributes:
        problem: Why it cannot be read; empty if it can.
        size: Width and height in pixels.
        stored: The same without what its EXIF tag says about turning.
        turned: Whether that tag turns or mirrors it.
        digest: Of its pixels.
        thumbnail: Its grey levels, (16, 16).
        hash: Of the differences between neighbours in it.
    """

    problem: str = ''
    size: tuple[int, int] = (0, 0)
    stored: tuple[int, int] = (0, 0)
    turned: bool = False
    digest: bytes = b''
    thumbnail: np.ndarray | None = None
    hash: bytes = b''


def look_at(path: str | Path) -> Picture:
    """Open a picture.

    Args:
        path: Its file.

    Returns:
        What was seen.
    """
    try:
        content = content_of(path)
        picture = decoded(content)
    except UnreadableError as error:
        return Picture(str(error))
    stored, turned = picture, False
    if b'Exif' in content[: 1 << 16]:
        stored = decoded(content, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
        turned = stored.shape != picture.shape or not np.array_equal(stored, picture)
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, (9, 8), interpolation=cv2.INTER_AREA).astype(int)
    return Picture(
        size=picture.shape[1::-1],
        stored=stored.shape[1::-1],
        turned=turned,
        digest=hashlib.blake2b(picture.tobytes() + str(picture.shape).encode(), digest_size=16).digest(),
        thumbnail=cv2.resize(grey, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA),
        hash=np.packbits(small[:, 1:] > small[:, :-1]).tobytes(),
    )


def look_at_all(paths: Iterable[Path]) -> dict[Path, Picture]:
    """Open pictures in several threads, showing how far it is; OpenCV lets them run side by side.

    Args:
        paths: Their files; each is opened once.

    Returns:
        What was seen in each.
    """
    several = list(dict.fromkeys(paths))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        seen = tqdm(pool.map(look_at, several), 'pictures', len(several), unit='', leave=False, disable=None)
        return dict(zip(several, seen))


def picture_findings(
    path: str, folder: Path, images: Sequence[dict], pictures: Mapping[Path, Picture]
) -> list[Finding]:
    """Look for pictures that are not what an annotation file says.

    Args:
        path: The annotation file.
        folder: Where its pictures lie.
        images: Its records of pictures.
        pictures: What was seen in each.

    Returns:
        The findings.
    """
    findings: list[Finding] = []
    seen = [(record, folder / record['file_name'], pictures[folder / record['file_name']]) for record in images]
    problems: dict[str, list[str]] = {}
    for record, file, picture in seen:
        if picture.problem:
            problems.setdefault(picture.problem, []).append(f'{name("image", record)}: {file}')
    for problem, bad in problems.items():
        findings += found(path, problem, bad, len(bad), meaning='a training ends there, or skips it where told to')
    of_kind: dict[str, list[str]] = {TAGGED: [], OTHER_SIZE: []}
    for record, file, picture in seen:
        annotated = record.get('width'), record.get('height')
        if picture.problem or picture.size == annotated or not all(map(is_number, annotated)):
            continue
        line = f'{name("image", record)}: {file}: {_told(picture.size)}, annotated {_told(annotated)}'
        of_kind[TAGGED if picture.stored == annotated else OTHER_SIZE].append(line)
    for kind, bad in of_kind.items():
        findings += found(path, kind, bad, len(bad), meaning='boxes and keypoints lie elsewhere in it')
    turned = [f'{name("image", record)}: {file}' for record, file, picture in seen if picture.turned]
    kind = 'is turned or mirrored by its EXIF tag when it is read'
    return findings + found(path, kind, turned, len(turned), False, 'its labels must be those of the turned picture')


def sample_of(images: Sequence[dict], most: int = 8) -> list[dict]:
    """A few of an annotation file's records of pictures, evenly over it, with what ``sample_findings`` needs."""
    keys = 'id', 'file_name', 'width', 'height'
    chosen = images[:: max(1, -(-len(images) // most))]
    return [{key: record.get(key) for key in keys} for record in chosen if isinstance(record.get('file_name'), str)]


def sample_findings(path: str, folder: Path, chosen: Sequence[dict]) -> list[Finding]:
    """Look at a few pictures for what is wrong with all: where they lie, and their sizes.

    Args:
        path: The annotation file.
        folder: Where its pictures lie.
        chosen: Of ``sample_of``.

    Returns:
        The findings; single pictures that cannot be read are left to the training.
    """
    pictures = {file: look_at(file) for file in (folder / record['file_name'] for record in chosen)}
    findings = picture_findings(path, folder, chosen, pictures)
    if pictures and not all(picture.problem for picture in pictures.values()):
        findings = [finding for finding in findings if finding.kind in (TAGGED, OTHER_SIZE)]
    return [replace(finding, count=1) for finding in findings if finding.wrong]


def duplicate_findings(trained: Mapping[Path, Picture], tested: Mapping[Path, Picture]) -> list[Finding]:
    """Look for pictures that are both trained and tested on.

    Args:
        trained: Pictures of the training data.
        tested: Those of validation or test.

    Returns:
        The findings: the same pixels, and pictures that look the same, such as one that was encoded anew.
    """
    of_digest = {picture.digest: path for path, picture in trained.items() if picture.digest}
    same = [(path, of_digest[p.digest]) for path, p in tested.items() if p.digest in of_digest]
    known = {path for path, _ in same}
    alike = list(_alike(trained, {path: p for path, p in tested.items() if path not in known}))
    findings: list[Finding] = []
    kinds = {'the same picture is trained and tested on': same, 'pictures of training and test look the same': alike}
    for kind, pairs in kinds.items():
        records = (f'{path}' if path == other else f'{path} and {other}' for path, other in pairs)
        many = len(pairs) > MANY * max(1, len(tested))
        meaning = f'{len(pairs)} of {len(tested)} pictures; a test would say too much good'
        findings += found('training and test', kind, records, len(pairs), many, meaning)
    return findings


def _told(size: tuple) -> str:
    return f'{size[0]} x {size[1]}'


def _alike(trained: Mapping[Path, Picture], tested: Mapping[Path, Picture]) -> Iterator[tuple[Path, Path]]:
    bands: dict[tuple[int, bytes], list[Path]] = {}
    for path, picture in trained.items():
        for band in _bands(picture):
            bands.setdefault(band, []).append(path)
    for path, picture in tested.items():
        near = [bands[band] for band in _bands(picture) if len(bands.get(band, ())) in range(1, CROWDED)]
        for other in dict.fromkeys(sum(near, [])):
            difference = np.asarray(picture.thumbnail, float) - np.asarray(trained[other].thumbnail, float)
            if np.abs(difference).mean() < ALIKE and np.asarray(picture.thumbnail).std() > 2 * ALIKE:
                yield path, other
                break


def _bands(picture: Picture) -> list[tuple[int, bytes]]:
    size = len(picture.hash) // BANDS
    return [(i, picture.hash[i * size : (i + 1) * size]) for i in range(BANDS)] if picture.hash else []
