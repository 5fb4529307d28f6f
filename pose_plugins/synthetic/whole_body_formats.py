"""Formats of whole people with face, hands and feet: Halpe and COCO-WholeBody."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..datasets.meta import keypoint_names
from .formats import Writer, flat_keypoints, outline

WHOLE_BODY_SIZE = 640, 512


class HalpeWriter(Writer):
    """Halpe-FullBody, 136 keypoints: ``annotations/halpe_{split}_v1.json``, pictures where Halpe's two sources have them."""

    META, SIZE, DETAILED = 'halpe', WHOLE_BODY_SIZE, True
    VERSION = 2

    def image_path(self, split: str, number: int) -> Path:
        if split == 'train':
            return self.root / 'hico_20160224_det/images/train2015' / f'HICO_train2015_{number:08d}.jpg'
        return self.root / 'val2017' / f'{number:012d}.jpg'

    def annotation_files(self, split: str) -> list[Path]:
        return [self.root / 'annotations' / f'halpe_{split}_v1.json']


class CocoWholeBodyWriter(Writer):
    """COCO-WholeBody, 133 keypoints: ``annotations/coco_wholebody_{split}_v1.0.json`` and ``{split}2017/``."""

    META, SIZE, DETAILED = 'coco', WHOLE_BODY_SIZE, True
    VERSION = 2

    def __init__(self, root: str | Path) -> None:
        super().__init__(root)
        whole = keypoint_names('coco_wholebody')
        cuts = np.split(np.array(whole), [17, 23, 91, 112])[1:]
        self.parts = dict(zip(('foot', 'face', 'lefthand', 'righthand'), (list(cut) for cut in cuts)))

    def image_path(self, split: str, number: int) -> Path:
        return self.root / f'{split}2017' / f'{number:012d}.jpg'

    def annotation_files(self, split: str) -> list[Path]:
        return [self.root / 'annotations' / f'coco_wholebody_{split}_v1.0.json']

    def complete(self, annotation: dict, person: dict) -> dict:
        """Points, box and validity of each part. A part is valid if half of its points can be seen."""
        for part, names in self.parts.items():
            flags = [person['visibility'][name] for name in names]
            valid = annotation['num_keypoints'] > 0 and 2 * flags.count(2) >= len(flags)
            flags = flags if valid else [0] * len(flags)
            annotation[f'{part}_valid'] = valid
            annotation[f'{part}_kpts'] = [float(v) for v in flat_keypoints(person, names, flags)]
            if part != 'foot':
                annotation[f'{part}_box'] = part_box(person, names) if valid else [0.0] * 4
        annotation['segmentation'] = outline(*annotation['bbox'])  # the evaluation reads it
        return annotation


def part_box(person: dict, names: Sequence[str], margin: float = 0.1) -> list[float]:
    """Left, top, width, height around some keypoints, with a margin as a fraction of the larger side."""
    points = np.array([person['joints'][name] for name in names])
    low, high = points.min(0), points.max(0)
    pad = margin * (high - low).max()
    return [round(float(v), 2) for v in (*(low - pad), *(high - low + 2 * pad))]
