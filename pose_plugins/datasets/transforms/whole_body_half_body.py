"""The half of a person for data with face, hands and feet (AlphaPose's published code)."""

from mmpose.datasets.transforms import RandomHalfBody
from mmpose.registry import TRANSFORMS

UPPER_BODY = range(11)  # from nose to wrists: COCO's, which are the first of Halpe's and of COCO-WholeBody's


@TRANSFORMS.register_module()
class WholeBodyHalfBody(RandomHalfBody):
    """MMPose's ``RandomHalfBody`` where the first eleven keypoints are the upper half and all others the lower one: those of
    face, hands and head too, which MMPose leaves out of both.

    A part that ``PartGuidedProposal`` has placed in a person stays where it is.

    Keys and arguments are those of ``RandomHalfBody``.
    """

    def transform(self, results: dict) -> dict:
        """Take half of a person, sometimes.

        Args:
            results: Of the pipeline.

        Returns:
            The same.
        """
        if results.get('proposed'):
            return results
        lower = [k for k in range(results['keypoints_visible'].shape[1]) if k not in UPPER_BODY]
        halved = super().transform({**results, 'upper_body_ids': list(UPPER_BODY), 'lower_body_ids': lower})
        results.update(bbox_center=halved['bbox_center'], bbox_scale=halved['bbox_scale'])
        return results
