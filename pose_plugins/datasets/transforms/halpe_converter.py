"""Keypoints of other data sets as Halpe's 136."""

from mmpose.datasets.transforms import KeypointConverter
from mmpose.registry import TRANSFORMS

from ...errors import InputError
from ..halpe_keypoints import DATASETS, halpe_mapping


@TRANSFORMS.register_module()
class HalpeConverter(KeypointConverter):
    """MMPose's ``KeypointConverter`` with the mapping of ``halpe_mapping``; what a data set lacks gets the weight 0.

    Args:
        dataset (str): Whose keypoints come in: 'halpe', 'coco_wholebody', '300w', 'freihand2d' or 'interhand3d'.

    Raises:
        InputError: If there is no mapping for the data set.
    """

    def __init__(self, dataset):
        if dataset not in DATASETS:
            raise InputError(f'dataset={dataset!r}: choose from {", ".join(DATASETS)}')
        super().__init__(num_keypoints=136, mapping=halpe_mapping(dataset))

    def transform(self, results):
        """Convert ``keypoints`` and ``keypoints_visible`` of the pipeline's results."""
        if results.get('keypoints_3d', 0) is None:  # CocoWholeBodyDataset's, which the converter would take for points
            del results['keypoints_3d']
        return super().transform(results)
