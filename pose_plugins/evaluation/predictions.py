"""Refuses predictions that are not finite, before a metric takes them for hits."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch

from ..utils.errors import DivergedError

FIELDS = ('keypoints', 'keypoint_scores', 'bboxes', 'bbox_scores')


def check_finite(samples: Iterable[Any]) -> None:
    """Refuse predictions with NaN or infinity: to the comparisons of COCO's evaluation NaN is a hit.

    Args:
        samples: Data samples with ``pred_instances``, or the dicts that metrics get of them.

    Raises:
        DivergedError: Naming picture, annotation and what of its prediction is not finite.
    """
    samples = list(samples)
    predicted = [sample.get('pred_instances', {}) for sample in samples]
    if all(_finite([each.get(field) for each in predicted if field in each]) for field in FIELDS):
        return
    for sample, each in zip(samples, predicted):
        wrong = [field for field in FIELDS if field in each and not _finite([each.get(field)])]
        if wrong:
            raise DivergedError(
                f'{sample.get("img_path", "a picture")}, annotation {sample.get("id")}: the prediction is NaN or infinite '
                f'({", ".join(wrong)}), it cannot be evaluated'
            )


def _finite(arrays: Sequence[Any]) -> bool:
    """Whether all numbers of arrays or tensors are."""
    if arrays and isinstance(arrays[0], torch.Tensor):
        return bool(torch.cat([array.flatten() for array in arrays]).isfinite().all())
    return not arrays or bool(np.isfinite(np.concatenate([np.ravel(array) for array in arrays])).all())
