"""Reads annotation files in COCO's format."""

import json
from pathlib import Path
from typing import Any

from ..utils.errors import InputError


def read_annotations(path: str | Path) -> dict[str, Any]:
    """Read an annotation file in COCO's format, or in one that goes beyond it, such as Halpe's.

    Args:
        path: The file.

    Returns:
        Its content: ``images``, a list of dicts with ``id`` and ``file_name``; ``annotations``, a list of dicts with
        ``image_id``, ``bbox``, which is left, top, width and height in pixels, and where keypoints are annotated
        ``keypoints``, which is x, y and flag of each in one list.

    Raises:
        InputError: If the file cannot be read, or naming the record that is not of this kind.
    """
    try:
        content = json.loads(Path(path).read_text(encoding='utf-8'))
    except OSError as error:
        raise InputError(f'{path}: cannot be read: {error.strerror or error}') from None
    except ValueError:  # no JSON, or no text
        content = None
    if not isinstance(content, dict) or not all(_are(dict, content.get(key)) for key in ('images', 'annotations')):
        raise InputError(f"{path}: is not an annotation file in COCO's format, which has images and annotations")
    for image in content['images']:
        if not {'id', 'file_name'} <= image.keys():
            raise InputError(f'{path}: image {image.get("id")}: must have an id and a file_name')
    for annotation in content['annotations']:
        box, keypoints = annotation.get('bbox'), annotation.get('keypoints', [])
        numbers = _are((int, float), box) and _are((int, float), keypoints)
        if 'image_id' not in annotation or not numbers or len(box) != 4 or len(keypoints) % 3:
            raise InputError(
                f'{path}: annotation {annotation.get("id")}: must have an image_id, a bbox of 4 numbers, and 3 numbers '
                'for each of its keypoints'
            )
    return content


def _are(kind: type | tuple[type, ...], values: Any) -> bool:
    """Whether something is a list of values of a kind."""
    return isinstance(values, list) and all(isinstance(value, kind) for value in values)
