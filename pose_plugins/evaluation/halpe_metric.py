"""Average precision on Halpe-FullBody: all 136 keypoints together, and each part of the body."""

from collections.abc import Sequence

import numpy as np
from mmpose.registry import METRICS
from xtcocotools.coco import COCO

from ..utils.errors import InputError
from .person_score import PersonScore

KEYPOINT_GROUPS = {'body': range(0, 20), 'foot': range(20, 26), 'face': range(26, 94), 'hand': range(94, 136)}


@METRICS.register_module()
class HalpeMetric(PersonScore):
    """MMPose's ``CocoMetric``, and ``body AP``, ``body AR`` and those of ``foot``, ``face`` and ``hand`` beside it.

    As in MMPose's ``CocoWholeBodyMetric`` a person keeps score and area in all of them; people of whom nothing of a part is
    annotated do not count there. Arguments are ``CocoMetric``'s; ``score_mode`` may also be that
    of ``PersonScore``.

    Raises:
        InputError: If the data set has another number of keypoints than 136.
    """

    def compute_metrics(self, results: list) -> dict[str, float]:
        """As ``CocoMetric``, after a look at the data set."""
        if self.dataset_meta['num_keypoints'] != 136:
            raise InputError(
                f'HalpeMetric: the data set has {self.dataset_meta["num_keypoints"]} keypoints, Halpe has 136'
            )
        return super().compute_metrics(results)

    def _do_python_keypoint_eval(self, outfile_prefix: str) -> list[tuple[str, float]]:
        results = super()._do_python_keypoint_eval(outfile_prefix)
        sigmas = np.array(self.dataset_meta['sigmas'])
        for part, indices in KEYPOINT_GROUPS.items():
            truth = COCO()
            truth.dataset = {**self.coco.dataset, 'annotations': _only(self.coco.dataset['annotations'], indices)}
            truth.createIndex()
            found = self.loaded(_only(self.found, indices), truth)
            stats = self.evaluation(found, 'keypoints', sigmas[indices], truth)
            results += [(f'{part} AP', stats[0]), (f'{part} AR', stats[5])]
        return results


def _only(annotations: Sequence[dict], indices: Sequence[int]) -> list[dict]:
    """Annotations or predictions with some of their keypoints."""
    result = []
    for annotation in annotations:
        keypoints = np.reshape(annotation['keypoints'], (-1, 3))[indices]
        result.append(
            {**annotation, 'keypoints': keypoints.ravel().tolist(), 'num_keypoints': int((keypoints[:, 2] > 0).sum())}
        )
    return result
