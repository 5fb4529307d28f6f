"""Keypoints of other data sets as Halpe's 136."""

from mmpose.datasets.transforms import KeypointConverter
from mmpose.registry import TRANSFORMS

from ...utils.arguments import one_of
from ..explain import bad_record
from ..halpe_keypoints import CONVERTIBLE, halpe_mapping


@TRANSFORMS.register_module()
class HalpeConverter(KeypointConverter):
    """MMPose's ``KeypointConverter`` with the mapping of ``halpe_mapping``; what a data set lacks is not labelled: weight 0.

    Args:
        dataset: Whose keypoints come in: 'halpe', 'coco_wholebody', '300w', 'freihand2d' or 'interhand3d'.
        skip_bad: Whether a sample with another number of keypoints than the data set has is told of in the log and replaced
            by another one, instead of ending the training.

    Raises:
        InputError: If there is no mapping for the data set or, unless ``skip_bad``, if a sample has another number of
            keypoints.
    """

    def __init__(self, dataset: str, skip_bad: bool = False) -> None:
        one_of(CONVERTIBLE, dataset=dataset)
        super().__init__(num_keypoints=136, mapping=halpe_mapping(dataset))
        self.dataset, self.skip_bad = dataset, skip_bad

    def transform(self, results: dict) -> dict | None:
        """Convert ``keypoints`` and ``keypoints_visible``.

        Args:
            results: Of the pipeline.

        Returns:
            The same, with (n, 136, 2) and (n, 136); None, upon which mmengine draws another sample, if it is
            skipped.
        """
        count = results['keypoints'].shape[1]
        if count != len(self.mapping):
            bad_record(results, f'{count} keypoints, {self.dataset} has {len(self.mapping)}', self.skip_bad)
            return None
        if results.get('keypoints_3d', 0) is None:  # CocoWholeBodyDataset's, which the converter would take for points
            del results['keypoints_3d']
        results = super().transform(results)
        # what is mapped and not labelled has no weight either, so that the weights beside it say nothing more; MMPose's
        # drawing takes visibilities alone
        results['keypoints_visible'] = results['keypoints_visible'][..., 0]
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(dataset={self.dataset!r}, skip_bad={self.skip_bad})'
