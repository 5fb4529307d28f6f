"""Refuses predictions that are not finite, before a metric takes them for hits."""

from collections.abc import Iterable
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
    for sample in samples:
        predicted = sample.get('pred_instances', {})
        wrong = [field for field in FIELDS if field in predicted and not _finite(predicted.get(field))]
        if wrong:
            raise DivergedError(
                f'{sample.get("img_path", "a picture")}, annotation {sample.get("id")}: the prediction is NaN or infinite '
                f'({", ".join(wrong)}), it cannot be evaluated'
            )


def _finite(values: Any) -> bool:
    if isinstance(values, torch.Tensor):
        return bool(values.isfinite().all())
    return bool(np.isfinite(values).all())
