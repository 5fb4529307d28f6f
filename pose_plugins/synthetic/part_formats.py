"""Formats of parts: faces as in 300W, hands as in FreiHand and InterHand2.6M."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..datasets.halpe_keypoints import halpe_name
from ..datasets.meta import keypoint_names
from ..utils.files import write_json
from .formats import Writer, outline

PIXEL_STD = 200  # what 300W's and MPII's scales are divided by


class PartWriter(Writer):
    """Pictures of one part, whose keypoints go by the names that Halpe has for them."""

    DETAILED = True
    VERSION = 2

    def __init__(self, root: str | Path) -> None:
        super().__init__(root)
        self.names = [halpe_name(self.META, name) for name in keypoint_names(self.META)]

    def flags(self, person: dict) -> list[int]:
        """All points of a part are annotated, hidden or not."""
        return [1] * len(self.names)

    def box(self, person: dict) -> np.ndarray:
        """Left, top, width, height of the part, (4,)."""
        points = np.array([person['joints'][name] for name in self.names])
        return np.concatenate([points.min(0), np.ptp(points, axis=0)])


class Face300WWriter(PartWriter):
    """300W, 68 points of a face: ``annotations/face_landmarks_300w_{train,valid,test}.json`` and ``images/``."""

    META, CATEGORY = '300w', 'face'
    SIZE, FOCUS = (256, 256), 'face'

    def image_path(self, split: str, number: int) -> Path:
        return self.root / 'images' / f'{split}_{number:06d}.jpg'

    def annotation_files(self, split: str) -> list[Path]:
        """The files of the test split are those of validation under other names."""
        names = [name.replace('val', 'valid') for name in _splits(split)]
        return [self.root / 'annotations' / f'face_landmarks_300w_{name}.json' for name in names]

    def complete(self, annotation: dict, person: dict) -> dict:
        """Its centre, and as its scale its larger side."""
        left, top, width, height = self.box(person)
        annotation.update(
            bbox=np.round([left, top, width, height], 2).tolist(),
            center=[round(float(left + width / 2), 2), round(float(top + height / 2), 2)],
            scale=round(float(max(width, height)) / PIXEL_STD, 5),
        )
        return annotation


class FreiHandWriter(PartWriter):
    """FreiHand, 21 points of a right hand in 224x224 pixels: ``annotations/freihand_{split}.json``."""

    META, CATEGORY = 'freihand2d', 'hand'
    SIZE, FOCUS = (224, 224), 'right_hand'
    ANY_SIZE = False

    def image_path(self, split: str, number: int) -> Path:
        return self.root / ('training' if split == 'train' else 'evaluation') / 'rgb' / f'{number:08d}.jpg'

    def annotation_files(self, split: str) -> list[Path]:
        """The files of the test split are those of validation under other names."""
        return [self.root / 'annotations' / f'freihand_{name}.json' for name in _splits(split)]

    def prefix(self, split: str) -> str:
        """File names begin at the root."""
        return '.'

    def complete(self, annotation: dict, person: dict) -> dict:
        """An outline beside the box."""
        box = np.round(self.box(person), 2).tolist()
        annotation.update(bbox=box, segmentation=outline(*box))
        return annotation


class InterHandWriter(PartWriter):
    """InterHand2.6M, 42 points of both hands: ``annotations/InterHand2.6M_{split}_{data,camera,joint_3d}.json``.

    World coordinates are those of one camera, which looks along z from a metre's distance.
    """

    META, CATEGORY = 'interhand3d', 'hand'
    SIZE, FOCUS = (334, 512), 'hands'
    VERSION = 3
    CAPTURE, CAMERA, FOCAL, DISTANCE = '0', '400000', 1000.0, 1000.0

    def image_path(self, split: str, number: int) -> Path:
        return self.root / 'images' / split / f'Capture{self.CAPTURE}' / f'cam{self.CAMERA}' / f'image{number}.jpg'

    def annotation_files(self, split: str) -> list[Path]:
        """The files of the test split are those of validation under other names."""
        folder = self.root / 'annotations/all'
        kinds = 'data', 'camera', 'joint_3d'
        return [folder / f'InterHand2.6M_{name}_{kind}.json' for name in _splits(split) for kind in kinds]

    def prefix(self, split: str) -> str:
        """File names begin in the split's folder."""
        return f'images/{split}'

    def write(self, split: str, pictures: Sequence[dict], info: dict) -> None:
        """Write places in the world and the camera that sees them, too, and link the test split to its pictures."""
        centre = np.array([pictures[0]['width'], pictures[0]['height']]) / 2
        content = self.coco_content(split, pictures, info)
        joints = {}
        for image, annotation, picture in zip(content['images'], content['annotations'], pictures, strict=True):
            (person,) = picture['people']
            valid = [[int(person['visibility'][name] > 0)] for name in self.names]
            places = np.array([person['joints'][name] for name in self.names])  # (42, 2)
            plane = (places - centre) * self.DISTANCE / self.FOCAL
            world = np.concatenate([plane, np.full((len(plane), 1), self.DISTANCE)], 1)
            image.update(
                capture=int(self.CAPTURE), subject=0, seq_name='synthetic', camera=self.CAMERA, frame_idx=image['id']
            )
            for key in ('keypoints', 'num_keypoints', 'area', 'category_id'):
                del annotation[key]
            annotation.update(
                bbox=np.round(self.box(person), 2).tolist(),
                joint_valid=valid,
                hand_type='interacting',
                hand_type_valid=1,
            )
            joints[str(image['id'])] = dict(
                world_coord=world.round(3).tolist(), joint_valid=valid, hand_type='interacting', hand_type_valid=True
            )
        camera = {
            self.CAPTURE: dict(
                campos={self.CAMERA: [0.0, 0.0, 0.0]},
                camrot={self.CAMERA: np.eye(3).tolist()},
                focal={self.CAMERA: [self.FOCAL] * 2},
                princpt={self.CAMERA: centre.tolist()},
            )
        }
        del content['categories']  # the real files have none
        for name in _splits(split):
            folder = self.root / 'images' / name
            if name != split and not folder.exists():
                folder.symlink_to(split)
        contents = {'data': content, 'camera': camera, 'joint_3d': {self.CAPTURE: joints}}
        for path in self.annotation_files(split):
            write_json(path, next(part for kind, part in contents.items() if path.stem.endswith(kind)))


def _splits(split: str) -> tuple[str, ...]:
    """The splits that a file's name can say, of one of ours."""
    return ('val', 'test') if split == 'val' else (split,)
