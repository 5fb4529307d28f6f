"""Reads the people in pictures, and makes what a model takes of them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from mmengine.dataset import Compose
from mmpose.models import TopdownPoseEstimator
from mmpose.structures.bbox import get_warp_matrix

from ..datasets.annotations import read_annotations
from ..utils.errors import InputError

VIEW_HEIGHT = 256  # pixels


def read_people(
    path: str | Path, images: Sequence[str | Path], num_keypoints: int
) -> dict[str | Path, tuple[np.ndarray, np.ndarray | None]]:
    """Read the people of some pictures from annotations.

    Args:
        path: A file in COCO's format; crowds do not count.
        images: The pictures, found in it by their file names.
        num_keypoints: K.

    Returns:
        For each picture, boxes (people, 4), left, top, right, bottom in pixels, and keypoints (people, K, 3), x, y in pixels
        and visibility, None unless all of its people have K.

    Raises:
        InputError: If the file cannot be read, or has no boxes for a picture or several pictures of its name.
    """
    content = read_annotations(path)
    files = [(Path(entry['file_name']).name, entry['id']) for entry in content['images']]
    annotations = [
        (a['image_id'], a['bbox'], a.get('keypoints', [])) for a in content['annotations'] if not a.get('iscrowd')
    ]
    found = {}
    for image in images:
        ids = [id for name, id in files if name == Path(image).name]
        if len(ids) > 1:
            raise InputError(
                f'{path}: has {len(ids)} pictures called {Path(image).name}, it is not clear whose boxes to take'
            )
        people = [(box, points) for id, box, points in annotations if id in ids and box[2] > 0 and box[3] > 0]
        if not people:
            raise InputError(f'{path}: has no boxes for {Path(image).name}')
        boxes = np.array([box for box, _ in people], np.float32)
        boxes[:, 2:] += boxes[:, :2]
        known = all(len(points) == 3 * num_keypoints for _, points in people)
        truths = np.array([points for _, points in people], float).reshape(len(people), -1, 3) if known else None
        found[image] = boxes, truths
    return found


def people_items(model: TopdownPoseEstimator, picture: np.ndarray, boxes: np.ndarray | None = None) -> Iterator[dict]:
    """Put people in a picture through a model's test pipeline.

    Args:
        model: A model of ``mmpose.apis.init_model``.
        picture: (h, w, 3), BGR, uint8.
        boxes: (people, 4), left, top, right, bottom in pixels; None takes the whole picture.

    Yields:
        ``inputs`` and ``data_samples`` of one person.
    """
    pipeline = Compose(model.cfg.test_dataloader.dataset.pipeline)
    if boxes is None:
        boxes = np.array([[0, 0, picture.shape[1], picture.shape[0]]])
    for box in np.asarray(boxes, np.float32):
        yield pipeline(dict(img=picture, bbox=box[None], bbox_score=np.ones(1, np.float32), **model.dataset_meta))


def view_of(picture: np.ndarray, info: dict) -> np.ndarray:
    """The part of a picture that the network saw, at a resolution for people."""
    width, height = info['input_size']
    size = (round(width / height * VIEW_HEIGHT), VIEW_HEIGHT)
    return cv2.warpAffine(picture, get_warp_matrix(info['input_center'], info['input_scale'], 0, size), size)
