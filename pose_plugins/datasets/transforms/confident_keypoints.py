"""Which keypoints count as labelled where annotations hold a confidence (AlphaPose's published code)."""

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

from ...utils.arguments import fraction
from ...utils.errors import InputError

# the lists of a COCO-WholeBody annotation, in the order of its keypoints; other data has the first alone
LISTS = ('keypoints', 'foot_kpts', 'face_kpts', 'lefthand_kpts', 'righthand_kpts')


@TRANSFORMS.register_module()
class ConfidentKeypoints(BaseTransform):
    """Take keypoints of a low confidence as not labelled; comes before any transform that mirrors or converts keypoints.

    The third number of a keypoint of a face or hand may be a fraction. MMPose's data set of COCO-WholeBody takes all above 0
    as labelled, that of Halpe takes the fraction as how visible they are.

    Required Keys: ``raw_ann_info``. Modified Keys: ``keypoints_visible`` (1, K), 0 or 1.

    Args:
        threshold: The least third number of a labelled keypoint, in [0, 1].

    Raises:
        InputError: If ``threshold`` is out of its range, or a sample is not one person with so many keypoints.
    """

    def __init__(self, threshold: float = 0.35) -> None:
        fraction(threshold=threshold)
        self.threshold = threshold

    def transform(self, results: dict) -> dict:
        """Say which keypoints are labelled.

        Args:
            results: Of the pipeline.

        Returns:
            The same.
        """
        annotation, known = results['raw_ann_info'], results['keypoints_visible'].shape[1]
        if not isinstance(annotation, dict):
            raise InputError(
                'ConfidentKeypoints: takes the annotation of one person, as top-down data has it, and raw_ann_info is '
                f'{type(annotation).__name__}'
            )
        confidences: list[float] = []
        for name in LISTS:  # the data set may read the first of them alone
            if len(confidences) < known:
                confidences += list(annotation.get(name, ())[2::3])
        if len(confidences) != known:
            raise InputError(
                f'ConfidentKeypoints: annotation {annotation.get("id")} has {len(confidences)} keypoints in '
                f'{", ".join(LISTS)}, the data set reads {known}'
            )
        results['keypoints_visible'] = (np.array(confidences) >= self.threshold).astype(np.float32)[None]
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(threshold={self.threshold})'
