"""The half of a person for data with face, hands and feet (AlphaPose's published code)."""

import numpy as np
from mmpose.datasets.transforms import RandomHalfBody
from mmpose.registry import TRANSFORMS

UPPER_BODY = range(11)  # from nose to wrists: COCO's, which are the first of Halpe's and of COCO-WholeBody's


@TRANSFORMS.register_module()
class WholeBodyHalfBody(RandomHalfBody):
    """MMPose's ``RandomHalfBody`` where the first eleven keypoints are the upper half and all others the lower one: those of
    face, hands and head too, which MMPose leaves out of both.

    A sample without a labelled keypoint of the body, such as a hand that ``PartGuidedProposal`` has placed, stays as it is.

    Keys and arguments are those of ``RandomHalfBody``.
    """

    def transform(self, results: dict) -> dict:
        """Take half of a person, sometimes.

        Args:
            results: Of the pipeline.

        Returns:
            The same.
        """
        visible = results['keypoints_visible']
        visible = visible[..., 0] if visible.ndim == 3 else visible  # (n, K)
        body = [*results['upper_body_ids'], *results['lower_body_ids']]
        if not np.any(visible[:, body] > 0):
            return results
        lower = [k for k in range(visible.shape[1]) if k not in UPPER_BODY]
        halved = super().transform({**results, 'upper_body_ids': list(UPPER_BODY), 'lower_body_ids': lower})
        results.update(bbox_center=halved['bbox_center'], bbox_scale=halved['bbox_scale'])
        return results
