"""MMPose's descriptions of data sets."""

from pathlib import Path

import mmpose
from mmpose.datasets.datasets.utils import parse_pose_metainfo

META = Path(mmpose.__file__).parent / '.mim/configs/_base_/datasets'


def dataset_meta(dataset):
    """MMPose's own description of a data set, such as ``dataset_meta('coco')``."""
    return parse_pose_metainfo(dict(from_file=str(META / f'{dataset}.py')))


def keypoint_names(dataset):
    """Keypoint names of a data set of MMPose in their order, such as ``keypoint_names('coco')``."""
    meta = dataset_meta(dataset)
    return [meta['keypoint_id2name'][i] for i in range(meta['num_keypoints'])]
