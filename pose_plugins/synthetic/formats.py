"""Annotations of synthetic pictures in the official formats, as MMPose's dataset classes and metrics read them."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import savemat

from ..datasets.meta import dataset_meta, keypoint_names
from ..utils.errors import InputError
from ..utils.files import whole_file, write_json
from .person import Person
from .scene import Scene

MIN_VISIBLE_KEYPOINTS = 8  # a person of whom less can be seen gets a box but no keypoints, as in COCO


def person_record(scene: Scene, person: Person) -> dict[str, Any] | None:
    """One person as every format needs it.

    Args:
        scene: The rendered picture.
        person: One of its people.

    Returns:
        ``joints`` name -> (x, y) in pixels, ``visibility`` name -> 2 seen, 1 hidden, 0 outside of the picture; ``bbox`` x, y,
        w, h and ``area`` of the visible pixels; ``head_box`` x1, y1, x2, y2; ``identity``, which of the picture's or
        video's people it is. None if no pixel shows the person.
    """
    rows, columns = np.nonzero(person.owns(scene.canvas.owner))
    if not len(rows):
        return None
    height, width = scene.canvas.owner.shape
    joints, visibility = {}, {}
    for name in person.joints:
        x, y = person.joints[name][:2]
        joints[name] = (float(x), float(y))
        inside = 0 <= x <= width - 1 and 0 <= y <= height - 1
        # what is drawn but is no keypoint of the format has no visibility, such as heels where only bodies are annotated
        if name in person.keypoints:
            visibility[name] = (2 if person.visible(scene.canvas, name) else 1) if inside else 0
    radius = person.body.build.head * person.scale
    around = np.array([joints['skull'], joints['head_top'], joints['upper_neck']])
    skull = around[0]
    head_low, head_high = np.minimum(around.min(0), skull - radius), np.maximum(around.max(0), skull + radius)
    left, top = int(columns.min()), int(rows.min())
    return dict(
        joints=joints,
        visibility=visibility,
        area=int(len(rows)),
        identity=person.index,
        bbox=[left, top, int(columns.max()) + 1 - left, int(rows.max()) + 1 - top],
        head_box=[*head_low.tolist(), *head_high.tolist()],
    )


class Writer(ABC):
    """A data set in an official format: where its files belong, and their content, which most have after COCO's.

    Attributes:
        META: MMPose's description of the data set, as in ``dataset_meta``.
        CATEGORY: Name of what is annotated.
        SIZE: Width and height of the pictures in pixels.
        DETAILED: Whether it annotates fingers, face and feet.
        FOCUS: The part that the pictures show, as in ``render_scene``.
        FRAMES: Pictures of a video, if no other number is given; 1 where there are no videos.
        VERSION: Raised whenever the same seed gives other pictures.
        ANY_SIZE: Whether its readers ask how large a picture is.

    Args:
        root: Folder of the data set.

    Attributes:
        frames: Pictures of a video.
    """

    META: str
    CATEGORY = 'person'
    SIZE: tuple[int, int] = 320, 256
    DETAILED = False
    FOCUS: str | None = None
    FRAMES = 1
    VERSION = 1
    ANY_SIZE = True

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)
        self.frames = self.FRAMES
        self.names = keypoint_names(self.META)

    @abstractmethod
    def image_path(self, split: str, number: int) -> Path:
        """Where picture ``number`` (from 1) belongs."""

    @abstractmethod
    def annotation_files(self, split: str) -> list[Path]:
        """The files that ``write`` makes."""

    def write(self, split: str, pictures: Sequence[dict], info: dict) -> None:
        """Write the annotations of a split, the same into each of its files; arguments as for ``coco_content``."""
        content = self.coco_content(split, pictures, info)
        for path in self.annotation_files(split):
            write_json(path, content)

    def coco_content(self, split: str, pictures: Sequence[dict], info: dict) -> dict[str, Any]:
        """The file that formats after COCO's share, without skeleton.

        Args:
            split: 'train' or 'val'.
            pictures: ``number``, ``width``, ``height`` and ``people``, a list of ``person_record``.
            info: Goes into the file's ``info``.

        Returns:
            ``info``, ``licenses``, ``images``, ``annotations`` and ``categories``.
        """
        images: list[dict] = []
        annotations: list[dict] = []
        for picture in pictures:
            path = self.image_path(split, picture['number'])
            images.append(
                dict(
                    id=picture['number'],
                    file_name=path.relative_to(self.root / self.prefix(split)).as_posix(),
                    width=picture['width'],
                    height=picture['height'],
                    license=1,
                )
            )
            for person in picture['people']:
                flags = self.flags(person)
                annotation = dict(
                    id=len(annotations) + 1,
                    image_id=picture['number'],
                    category_id=1,
                    iscrowd=0,
                    bbox=person['bbox'],
                    area=person['area'],
                    num_keypoints=sum(flag > 0 for flag in flags),
                    keypoints=flat_keypoints(person, self.names, flags),
                )
                annotations.append(self.complete(annotation, person))
        licences = [dict(id=1, name='synthetic, free of rights', url='')]
        categories = [dict(id=1, name=self.CATEGORY, supercategory=self.CATEGORY, keypoints=self.names)]
        return dict(info=info, licenses=licences, images=images, annotations=annotations, categories=categories)

    def flags(self, person: dict) -> list[int]:
        """Each keypoint's flag: 2 seen, 1 hidden, 0 not annotated, which all are of somebody of whom too little is seen."""
        flags = [person['visibility'][name] for name in self.names]
        return flags if flags.count(2) >= MIN_VISIBLE_KEYPOINTS else [0] * len(flags)

    def prefix(self, split: str) -> str | Path:
        """The folder, below the root, that file names begin in."""
        return self.image_path(split, 1).parent.relative_to(self.root)

    def complete(self, annotation: dict, person: dict) -> dict:
        """Add what a format has beyond COCO's fields; returns the annotation."""
        return annotation


def flat_keypoints(person: dict, names: Sequence[str], flags: Sequence[int]) -> list:
    """x, y and flag of each keypoint in one list, zeros where the flag is 0."""
    return [
        value
        for name, flag in zip(names, flags)
        for value in ([round(v, 2) for v in person['joints'][name]] + [flag] if flag else [0, 0, 0])
    ]


def outline(left: float, top: float, width: float, height: float) -> list[list[float]]:
    """A box as COCO's ``segmentation``: one polygon."""
    return [[left, top, left + width, top, left + width, top + height, left, top + height]]


class CocoWriter(Writer):
    """COCO keypoints: ``annotations/person_keypoints_{split}2017.json`` and ``{split}2017/``."""

    META = 'coco'

    def image_path(self, split: str, number: int) -> Path:
        return self.root / f'{split}2017' / f'{number:012d}.jpg'

    def annotation_files(self, split: str) -> list[Path]:
        return [self.root / 'annotations' / f'person_keypoints_{split}2017.json']

    def coco_content(self, split: str, pictures: Sequence[dict], info: dict) -> dict[str, Any]:
        """With the skeleton, which counts keypoints from 1."""
        content = super().coco_content(split, pictures, info)
        content['categories'][0]['skeleton'] = [[a + 1, b + 1] for a, b in dataset_meta('coco')['skeleton_links']]
        return content


class MpiiWriter(Writer):
    """MPII: ``annotations/mpii_{split}.json`` and, for the head boxes of PCKh, ``annotations/mpii_gt_{split}.mat``.

    MPII counts pixels from 1. A person's scale is its size divided by 200, and its centre lies 15/200 of the size above
    the middle of the body, which is what ``MpiiDataset`` corrects for.
    """

    META = 'mpii'

    def image_path(self, split: str, number: int) -> Path:
        """Both splits share a folder, validation counts from 500001."""
        return self.root / 'images' / f'{number + 500000 * (split == "val"):09d}.jpg'

    def annotation_files(self, split: str) -> list[Path]:
        return [self.root / 'annotations' / f'mpii_{split}.json', self.root / 'annotations' / f'mpii_gt_{split}.mat']

    def write(self, split: str, pictures: Sequence[dict], info: dict) -> None:
        """MPII has no place for ``info``."""
        people, head_boxes = [], []
        for picture in pictures:
            for person in picture['people']:
                flags = [person['visibility'][name] for name in self.names]
                if flags.count(2) < MIN_VISIBLE_KEYPOINTS:
                    continue
                joints = np.array([person['joints'][name] for name in self.names]) + 1  # (16, 2), counted from 1
                size = max(np.ptp(joints, axis=0))
                centre = (joints.min(0) + joints.max(0)) / 2 - (0, 15 / 200 * size)
                visible = [int(flag > 0) for flag in flags]
                people.append(
                    dict(
                        image=self.image_path(split, picture['number']).name,
                        scale=round(size / 200, 6),
                        center=centre.round(2).tolist(),
                        joints_vis=visible,
                        joints=[xy.round(2).tolist() if seen else [-1.0, -1.0] for xy, seen in zip(joints, visible)],
                    )
                )
                head_boxes.append(np.reshape(person['head_box'], (2, 2)) + 1)
        if not people:
            raise InputError(
                f'{split}: nobody shows {MIN_VISIBLE_KEYPOINTS} keypoints or more, as MPII wants; take more people, or '
                'another seed'
            )
        json_file, mat_file = self.annotation_files(split)
        joints = np.array([p['joints'] for p in people])  # (N, 16, 2)
        missing = 1 - np.array([p['joints_vis'] for p in people])
        content = dict(
            headboxes_src=np.transpose(head_boxes, (1, 2, 0)),  # (2, 2, N)
            jnt_missing=missing.T.astype(float),  # (16, N)
            pos_gt_src=np.transpose(joints, (1, 2, 0)),  # (16, 2, N)
        )
        with whole_file(mat_file) as partial:
            savemat(partial, content)
        write_json(json_file, people)
