"""Reads annotation files in COCO's format."""

from pathlib import Path
from typing import Any

from .coco_format.annotations import check_annotations
from .coco_format.fields import BOXES
from .coco_format.findings import refuse
from .coco_format.json_file import read_json


def read_annotations(path: str | Path) -> dict[str, Any]:
    """Read an annotation file in COCO's format, or in one that goes beyond it, such as Halpe's.

    Args:
        path: The file.

    Returns:
        Its content: ``images``, a list of dicts with ``id`` and ``file_name``; ``annotations``, a list of dicts with
        ``image_id``, ``bbox``, which is left, top, width and height in pixels, and where keypoints are annotated
        ``keypoints``, which is x, y and flag of each in one list.

    Raises:
        InputError: If the file cannot be read or is not of this kind, naming the first record that is not.
    """
    content = read_json(path)
    refuse(check_annotations(str(path), content, BOXES, told_later=True)[2])
    return content
