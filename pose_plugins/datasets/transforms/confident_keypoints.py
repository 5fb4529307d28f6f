"""Which keypoints count as labelled where annotations hold a confidence (AlphaPose's published code)."""

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

from ...utils.arguments import fraction

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
        InputError: If ``threshold`` is out of its range.
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
        annotation = results['raw_ann_info']
        confidences = np.concatenate([annotation[name][2::3] for name in LISTS if name in annotation])  # (K,)
        results['keypoints_visible'] = (confidences >= self.threshold).astype(np.float32)[None]
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(threshold={self.threshold})'
