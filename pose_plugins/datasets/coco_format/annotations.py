"""Finds what is wrong with an annotation file in COCO's format."""

from typing import Any

import numpy as np

from .fields import Fields
from .findings import Finding
from .frame import frame_findings
from .people import People
from .records import Annotations, is_number


def check_annotations(
    path: str,
    content: Any,
    fields: Fields,
    expected: int | None = None,
    told_later: bool = False,
    boxes_given: bool = False,
) -> tuple[Annotations, People | None, list[Finding]]:
    """Look at the content of an annotation file.

    Args:
        path: The file, for the findings.
        content: As JSON gave it.
        fields: Keys that its data set reads.
        expected: How many keypoints a person must have; None where that is not known.
        told_later: Whether another number is told of by a transform that goes on.
        boxes_given: Whether boxes come from another file.

    Returns:
        The records; boxes and keypoints, None where the records cannot be looked at; what was found.
    """
    data = Annotations(path, content, fields, boxes_given)
    if not data.whole:
        return data, None, data.findings
    people = People(data, expected, told_later)
    findings = data.findings + frame_findings(people)
    if not boxes_given and not fields.bare and not any(finding.wrong for finding in findings):
        findings += _unusable(data, people)
    return data, people, findings


def _unusable(data: Annotations, people: People) -> list[Finding]:
    """A finding where nothing is left that MMPose would take."""
    if data.fields.needed and not data.fields.box:  # of these it takes everything
        return [] if data.people else [Finding(data.path, 'has nothing that can be used')]
    if not data.fields.keypoints:
        return [] if data.annotations else [Finding(data.path, 'has nothing that can be used')]
    reasons = {
        'are crowds': people.crowd,
        'have num_keypoints 0 or no labelled keypoint': np.array(
            [is_number(p.get('num_keypoints')) and p['num_keypoints'] == 0 for p in data.people], bool
        ) | (people.keypoints[..., :2] <= 0).all((1, 2)),
        'have boxes without area': (people.boxes[:, 2:] == 0).any(1),
    }  # fmt: skip
    if not np.logical_or.reduce(list(reasons.values())).all():
        return []
    told = ', '.join(f'{int(of.sum())} {reason}' for reason, of in reasons.items() if of.any())
    meaning = f'of {len(data.people)} annotated people {told}' if told else ''
    return [Finding(data.path, 'has nothing that can be used', meaning=meaning)]
