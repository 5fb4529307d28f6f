"""MMPose's descriptions of data sets."""

from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import mmpose
from mmpose.datasets.datasets.utils import parse_pose_metainfo

META = Path(mmpose.__file__).parent / '.mim/configs/_base_/datasets'


def dataset_meta(dataset: str) -> dict[str, Any]:
    """MMPose's own description of a data set, such as ``dataset_meta('coco')``."""
    return deepcopy(_parsed(dataset))


def keypoint_names(dataset: str) -> list[str]:
    """Keypoint names of a data set of MMPose in their order, such as ``keypoint_names('coco')``."""
    meta = _parsed(dataset)
    return [meta['keypoint_id2name'][i] for i in range(meta['num_keypoints'])]


@cache
def _parsed(dataset: str) -> dict[str, Any]:
    """Parsed once: it takes a tenth of a second, and writers, converters and proposals ask for it many times."""
    return parse_pose_metainfo(dict(from_file=str(META / f'{dataset}.py')))
