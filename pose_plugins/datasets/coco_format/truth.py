"""Finds what is wrong with an annotation file as the truth of an evaluation by xtcocotools."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .findings import Finding, found, shown
from .people import People
from .records import Annotations, is_number, name


def truth_findings(
    data: Annotations, people: People, evaluator: str, needed: Sequence[str], use_area: bool, category: int | None
) -> list[Finding]:
    """Look for what evaluation needs and training does not.

    Args:
        data: The file's records.
        people: Their values.
        evaluator: Who asks, for the findings.
        needed: Keys that every annotation must have.
        use_area: Whether the area of people is asked for.
        category: The category that all predictions have; None where they have the truth's.

    Returns:
        The findings.
    """
    findings: list[Finding] = []
    path, meaning = data.path, f'{evaluator} needs it'
    if not data.annotations:
        return [Finding(path, 'has no annotations', meaning=meaning.replace('it', 'them'))]
    if not data.categories:
        return [Finding(path, "has no categories, [{'id': 1, 'name': 'person'}]", meaning=meaning)]
    for key in [*needed, *(['area'] if use_area else [])]:
        lacking = [record for record in data.annotations if key not in record]
        extra = ', or use_area=False' if key == 'area' else ''
        named = (name('annotation', record) for record in lacking)
        findings += found(path, f'{key!r} is missing', named, len(lacking), meaning=meaning + extra)
    known = {record.get('id') for record in data.categories}
    lost = [record for record in data.annotations if record.get('category_id') not in known]
    findings += found(
        path, f'is none of the categories ({", ".join(map(str, known))})',
        (f'{name("annotation", r)}: category_id is {shown(r.get("category_id"))}' for r in lost), len(lost),
        meaning='it would not be evaluated',
    )  # fmt: skip
    if category is not None and data.annotations and all(r.get('category_id') != category for r in data.annotations):
        kind = f'no annotation has category_id {category}, which all predictions have'
        findings.append(Finding(path, kind, meaning='nothing would be found'))
    if use_area:
        areas = np.array([p['area'] if is_number(p.get('area')) else 1 for p in data.people], float)
        bad = np.flatnonzero(~((areas > 0) & (areas < 1e30)) & people.labelled.any(1) & ~people.crowd)
        findings += found(
            path, 'area must be a finite number above 0', data.values(bad, 'area'), len(bad),
            meaning='distances are measured by it',
        )  # fmt: skip
    zero = [record for record in data.annotations if record.get('id') == 0]
    findings += found(
        path,
        'is counted as not found by xtcocotools, for its id is 0',
        ('annotation 0' for _ in zero),
        len(zero),
        False,
    )
    return findings


def match_findings(truth: Annotations, read: Annotations, evaluator: str) -> list[Finding]:
    """Compare the annotations that an evaluator takes for the truth with those of the data set.

    Args:
        truth: The evaluator's.
        read: The data set's.
        evaluator: Its place in the config.

    Returns:
        The findings.
    """
    against = f'{truth.path} ({evaluator}) is not the truth of {read.path}'
    images = {record['id']: record for record in truth.images}
    lost = [record for record in read.images if record['id'] not in images]
    named = (name('image', record) for record in lost)
    findings = found(against, 'is not in the former', named, len(lost))
    other = [
        record for record in read.images
        if record['id'] in images and _file(record) != _file(images[record['id']])
    ]  # fmt: skip
    findings += found(
        against, 'is another picture in the former',
        (f'{name("image", r)}: {_file(r)} and {_file(images[r["id"]])}' for r in other), len(other),
    )  # fmt: skip
    annotations = {record['id']: record for record in truth.annotations}
    lost = [record for record in read.annotations if record['id'] not in annotations]
    named = (name('annotation', record) for record in lost)
    findings += found(against, 'is not in the former', named, len(lost))
    other = [
        record for record in read.annotations
        if record['id'] in annotations and any(
            record.get(key) != annotations[record['id']].get(key) for key in ('image_id', *read.fields.keypoints[:1])
        )
    ]  # fmt: skip
    named = (name('annotation', record) for record in other)
    findings += found(against, 'has another image_id or other keypoints in the former', named, len(other))
    more = len(images) - len({record['id'] for record in read.images})
    if not findings and more > 0:
        findings += found(against, f'has {more} more pictures, whose people count as not found', (), 1, wrong=False)
    return findings


def _file(record: dict) -> str:
    return Path(str(record.get('file_name'))).name
