"""People made up for measurements: a config's pipelines take them as they take its data, which need not be there."""

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from mmengine.config import ConfigDict
from mmpose.datasets.datasets.base import BaseCocoStyleDataset
from mmpose.registry import DATASETS

from ..datasets.loaders import DataSet
from ..synthetic.scene import render_scene

SIZE = 640, 480  # of most pictures of COCO


class MadeUpPeople(BaseCocoStyleDataset):
    """Records of a data set's kind, all of one drawn picture, with keypoints anywhere in their boxes.

    Args:
        picture: The file of a picture.
        boxes: Left, top, right and bottom of each person in its pixels.
        metainfo: The description whose keypoints people have.
        pipeline: Transforms of a sample.
        test_mode: As in other data sets.
    """

    def __init__(
        self, picture: str, boxes: list[list[float]], metainfo: dict, pipeline: list, test_mode: bool = False
    ) -> None:
        self._picture, self._boxes = picture, np.array(boxes, np.float32)
        super().__init__(metainfo=metainfo, pipeline=pipeline, test_mode=test_mode)

    def load_data_list(self) -> list[dict[str, Any]]:
        """One record a box."""
        rng, count = np.random.default_rng(0), self._metainfo['num_keypoints']
        return [self._record(number, box, rng.uniform(size=(count, 2))) for number, box in enumerate(self._boxes)]

    def _record(self, number: int, box: np.ndarray, places: np.ndarray) -> dict[str, Any]:
        left_top, size = box[:2], box[2:] - box[:2]
        keypoints = (left_top + places * size).astype(np.float32)  # (K, 2)
        annotation = dict(
            id=number,
            image_id=0,
            category_id=1,
            bbox=[*left_top.tolist(), *size.tolist()],
            area=float(size.prod()),
            iscrowd=0,
            num_keypoints=len(keypoints),
            keypoints=np.insert(keypoints, 2, 2, axis=1).ravel().tolist(),
        )
        picture = dict(id=0, width=SIZE[0], height=SIZE[1], img_path=self._picture)
        return self.parse_data_info(dict(raw_ann_info=annotation, raw_img_info=picture))


def made_up_data(dataset: ConfigDict, people: int, folder: Path) -> Any:
    """Build a config's data set, each of those that it combines, with made-up people.

    Args:
        dataset: ``dataset`` of a data loader.
        people: How many each has.
        folder: Where the picture is written.

    Returns:
        The data set.
    """
    picture, boxes = crowd(people)
    path = folder / 'people.jpg'
    cv2.imwrite(str(path), picture)
    return DATASETS.build(_replaced(dataset, dict(picture=str(path), boxes=boxes.tolist())))


def _replaced(dataset: Any, people: dict[str, Any]) -> Any:
    """The config with made-up people for each data set that reads files."""
    changed = deepcopy(dataset)
    if 'datasets' in dataset:
        changed['datasets'] = [_replaced(part, people) for part in dataset['datasets']]
    elif isinstance(dataset.get('dataset'), Mapping):
        changed['dataset'] = _replaced(dataset['dataset'], people)
    else:
        kept = {key: changed[key] for key in ('pipeline', 'test_mode') if key in changed}
        metainfo = DataSet('', dataset).metainfo
        changed = ConfigDict(type=MadeUpPeople, metainfo=metainfo, **{'pipeline': [], **kept, **people})
    return changed


def crowd(people: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A picture and boxes of people in it, several a person, each a little elsewhere.

    Args:
        people: How many boxes.
        seed: Of what is drawn.

    Returns:
        (h, w, 3), BGR, uint8; (people, 4), left, top, right and bottom in pixels.
    """
    rng = np.random.default_rng(seed)
    scene = render_scene(rng, SIZE, 4)
    points = [np.array([*person.joints.values()])[:, :2] for person in scene.people]
    around = np.array([[*(of.min(0) - 8), *(of.max(0) + 8)] for of in points])  # (4, 4)
    boxes = around[np.arange(people) % len(around)] + rng.uniform(-6, 6, (people, 4))
    return scene.image, boxes.astype(np.float32)
