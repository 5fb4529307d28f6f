"""Leeds Sports Pose and its extension, in COCO's format as ``tools/prepare_data.py`` writes them."""

from mmpose.datasets.datasets.base import BaseCocoStyleDataset
from mmpose.registry import DATASETS

from ..utils.package import config_dir


@DATASETS.register_module()
class LSPDataset(BaseCocoStyleDataset):
    """Leeds Sports Pose (Johnson and Everingham 2010) and LSP Extended (2011): 14 keypoints, person-centric, one person each.

    Their order is that of the official files: right ankle, knee and hip, left hip, knee and ankle, right wrist, elbow and
    shoulder, left shoulder, elbow and wrist, neck, head top. Each person carries ``torso_size``, pixels from left shoulder to
    right hip, by which ``PCKMetric`` measures.

    Args:
        **kwargs: As in MMPose's ``BaseCocoStyleDataset``.
    """

    METAINFO: dict = dict(from_file=str(config_dir() / '_base_/datasets/lsp.py'))
