"""Finds what is wrong with a file of detected boxes."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from .findings import Finding, found, shown
from .frame import corner_findings
from .records import is_number

KEYS = 'category_id', 'image_id', 'bbox', 'score'


def detection_findings(path: str, content: Any, images: Mapping[Any, Any], ann_file: str) -> list[Finding]:
    """Look at the content of a file of detected boxes.

    Args:
        path: The file, for the findings.
        content: As JSON gave it.
        images: Of each image id of the annotations width and height.
        ann_file: Where these are from.

    Returns:
        The findings.
    """
    if not isinstance(content, list) or not all(isinstance(record, dict) for record in content):
        other = (
            ''
            if not isinstance(content, list)
            else f'; one is {shown(next(r for r in content if type(r) is not dict))}'
        )
        kind = 'must be a list of records, {"image_id": ..., "category_id": ..., "bbox": ..., "score": ...}' + other
        return [Finding(path, kind)]
    findings: list[Finding] = []

    def wrong(kind: str, bad: Collection[int], key: str, wrong: bool = True, meaning: str = '') -> None:
        records = (_name(content, i, key) for i in bad)
        findings.extend(found(path, kind, records, len(bad), wrong, meaning))

    # MMPose looks at those of category 1 alone
    missing = [i for i, record in enumerate(content) if 'category_id' not in record]
    wrong("'category_id' is missing", missing, '')
    people = [i for i, record in enumerate(content) if record.get('category_id') == 1]
    if content and not people and not missing:
        others = sorted({str(record['category_id']) for record in content})[:4]
        meaning = f'the file has {", ".join(others)}; MMPose reads no other boxes'
        return [
            *findings,
            Finding(path, 'has nothing that can be used: no detection has category_id 1', meaning=meaning),
        ]
    if not content:
        return [Finding(path, 'has nothing that can be used: no detection')]
    for key in KEYS[1:]:
        lacking = [i for i in people if key not in content[i]]
        wrong(f'{key!r} is missing', lacking, '')
    known = {i: content[i]['image_id'] for i in people if 'image_id' in content[i]}
    # xtcocotools takes ids of the very type int alone, which 1.0 and True are equal to and are not
    lost = [i for i, image in known.items() if type(image) is not int or image not in images]
    wrong(f'there is no such image in {ann_file}', lost, '')
    bad = [i for i in people if 'score' in content[i] and not _finite(content[i]['score'])]
    wrong('score must be a finite number', bad, 'score')
    boxes = {i: content[i]['bbox'] for i in people if 'bbox' in content[i]}
    bad = [
        i for i, box in boxes.items() if not isinstance(box, list) or len(box) < 4 or not all(map(is_number, box[:4]))
    ]
    wrong('bbox must be 4 numbers: left, top, width, height', bad, 'bbox')
    odd = set(bad)
    rest = [i for i in boxes if i not in odd]
    infinite = [i for i in rest if not all(map(_finite, boxes[i][:4]))]
    wrong('bbox must be finite numbers', infinite, 'bbox')
    flat = [i for i in rest if min(boxes[i][2:4]) <= 0]
    below = [i for i in flat if -np.inf < min(boxes[i][2:4]) < 0]
    wrong('bbox must not have a negative width or height', below, 'bbox')
    wrong('bbox has no area', [i for i in flat if min(boxes[i][2:4]) == 0], 'bbox', wrong=False)
    excluded = {*infinite, *flat, *lost}
    whole = [i for i in rest if i not in excluded and i in known]
    values = np.array([boxes[i][:4] for i in whole], float).reshape(-1, 4)
    sizes = np.array([[v if is_number(v) else np.nan for v in images[content[i]['image_id']]] for i in whole], float)
    findings += corner_findings(
        path, 'bbox', values, sizes.reshape(-1, 2), [_name(content, i, 'bbox') for i in whole[:3]]
    )
    if len(values) and (values <= 1).all():
        wrong('bbox must be in pixels, these lie between 0 and 1', whole, 'bbox')
    return findings


def _finite(value: Any) -> bool:
    return is_number(value) and abs(value) < 1e30


def _name(content: list[dict], i: int, key: str) -> str:
    image = content[i].get('image_id')
    told = f'detection in image {shown(image)}' if 'image_id' in content[i] else f'detection {i}'
    return f'{told}: {key} is {shown(content[i][key])}' if key in content[i] else told
