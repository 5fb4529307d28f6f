"""PCK by a length that annotations carry: the share of keypoints that lie near enough to the truth."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from mmpose.registry import METRICS

from ..utils.arguments import at_least, positive
from ..utils.errors import InputError, NothingMeasuredError, similar
from .predictions import check_finite
from .truth import has_truth, shown

STEPS = 20  # of the curve


@METRICS.register_module()
class PCKMetric(BaseMetric):
    """Percentage of correct keypoints (Yang and Ramanan 2013).

    A keypoint is correct if its distance from the truth is at most ``thr`` times a length of the person, such as the torso's
    in Leeds Sports Pose or the head's in MPII. All labelled keypoints count, occluded ones included. Given are, in percent,
    ``PCK``, over all keypoints of all people; ``AUC``, the area below the curve of PCK from 0 to ``thr``, 100 if it were
    everywhere; one figure a group of keypoints, the mean of its keypoints' figures; and where ``per_joint`` is set one a
    keypoint. Groups are the keypoints of the same name without ``left_`` and ``right_``.

    People whose annotation has no such length are left out, and a line in the log says how many.

    Args:
        thr: The share of the length.
        scale: The length's name among the fields of an annotation, or of ``gt_instances``, such as MPII's 'head_size'; in
            pixels.
        groups: Name -> keypoints, for groups other than those by name; the keypoints are in no other one then.
        per_joint: Whether to give a figure of every keypoint, as ``joint/NAME``.
        collect_device, prefix: As in mmengine's ``BaseMetric``; the prefix is 'pck' unless another one is given.

    Raises:
        InputError: If an argument is out of range, a group names keypoints that are not there, or a length is not positive.
        NothingMeasuredError: If nobody has one.
        DivergedError: If a prediction is not finite.
    """

    default_prefix = 'pck'

    def __init__(
        self,
        thr: float = 0.2,
        scale: str = 'torso_size',
        groups: Mapping[str, Sequence[str]] | None = None,
        per_joint: bool = False,
        collect_device: str = 'cpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        positive(thr=thr)
        self.thr, self.scale, self.groups, self.per_joint = thr, scale, dict(groups or {}), per_joint

    @property
    def _names(self) -> list[str]:
        """Of the keypoints."""
        names = self.dataset_meta['keypoint_id2name']
        return [names[i] for i in range(len(names))]

    def possible_names(self) -> list[str]:
        """Of all figures that it gives where every keypoint is labelled of somebody."""
        joints = [f'joint/{name}' for name in self._names] if self.per_joint else []
        return ['PCK', 'AUC', *grouped_keypoints(self._names, self.groups), *joints]

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Take the errors of a batch."""
        check_finite(data_samples)
        errors = (scaled_errors(sample, self.scale) for sample in data_samples)
        # None would be lost on the way from other processes, and with it who was counted twice
        self.results += [np.zeros(0) if of is None else of for of in errors]

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Compare them with the threshold."""
        measured = [errors for errors in results if len(errors)]
        if not measured:
            raise NothingMeasuredError(
                f'PCKMetric: none of {len(results)} people has keypoints and a {self.scale} to measure by'
            )
        if left_out := len(results) - len(measured):
            print_log(
                f'PCKMetric: {left_out} of {len(results)} people are left out, without keypoints or {self.scale}',
                'current',
                logging.WARNING,
            )
        errors, names = np.stack(measured), self._names  # (N, K)
        groups = grouped_keypoints(names, self.groups)  # also where they are wrong but nothing is drawn from them
        joints = [pck(errors[:, i], self.thr) for i in range(len(names))]
        figures = {'PCK': pck(errors, self.thr), 'AUC': area(errors, self.thr)}
        for group, members in groups.items():
            if known := [joints[i] for i in members if not np.isnan(joints[i])]:
                figures[group] = float(np.mean(known))
        if self.per_joint:
            figures.update({f'joint/{name}': joint for name, joint in zip(names, joints) if not np.isnan(joint)})
        return figures


def scaled_errors(sample: Mapping[str, Any], scale: str) -> np.ndarray | None:
    """Distances of a person's keypoints from the truth as shares of a length.

    Args:
        sample: One person's data sample, as metrics get it.
        scale: The length's name.

    Returns:
        (K,), NaN where a keypoint is not labelled; None if the person has no truth or no such length.

    Raises:
        InputError: If the length is not a positive number.
    """
    truth = sample.get('gt_instances', {})
    annotation = sample.get('raw_ann_info') or {}
    length = annotation[scale] if scale in annotation else truth.get(scale)
    if length is None or not has_truth(truth):
        return None
    value = np.asarray(length, float).ravel()
    if len(value) != 1 or not (np.isfinite(value) & (value > 0)).all():
        raise InputError(f'annotation {sample.get("id")}: {scale} is {length}; it must be a positive number of pixels')
    predicted = np.asarray(sample['pred_instances']['keypoints'], float)[0]  # (K, 2)
    distance = np.linalg.norm(predicted - np.asarray(truth['keypoints'], float)[0], axis=-1)
    return np.where(shown(truth['keypoints_visible'])[0], distance / value, np.nan)


def pck(errors: np.ndarray, thr: float) -> float:
    """Percentage of errors, NaN where there is none, that are at most ``thr``; NaN if there are none."""
    known = errors[~np.isnan(errors)]
    return float(100 * np.mean(known <= thr)) if known.size else float('nan')


def curve(errors: np.ndarray, thr: float, steps: int = STEPS) -> tuple[np.ndarray, np.ndarray]:
    """PCK over thresholds.

    Args:
        errors: Any shape, NaN where there is none.
        thr: The last threshold.
        steps: How many steps lead from 0 to it.

    Returns:
        Thresholds and percentages, (steps + 1,) each.
    """
    at_least(1, steps=steps)
    thresholds = np.linspace(0, thr, steps + 1)
    return thresholds, np.array([pck(errors, threshold) for threshold in thresholds])


def area(errors: np.ndarray, thr: float) -> float:
    """Area below the curve of PCK as a percentage, by the trapezoid rule."""
    _, values = curve(errors, thr)
    return float((values[1:] + values[:-1]).mean() / 2)


def grouped_keypoints(names: Sequence[str], groups: Mapping[str, Sequence[str]]) -> dict[str, list[int]]:
    """Which keypoints belong together.

    Args:
        names: Of the keypoints in their order.
        groups: Those that are given; the others are by name.

    Returns:
        Group -> indices.

    Raises:
        InputError: If a group has none, names a keypoint that there is not, or lacks one of its own name.
    """
    for group, members in groups.items():
        if not members:
            raise InputError(f'groups.{group}: is empty')
        for name in members:
            if name not in names:
                raise InputError(f'groups.{group}: there is no keypoint {name}{similar(name, names)}')
    result = {group: [names.index(name) for name in members] for group, members in groups.items()}
    taken = {i for members in result.values() for i in members}
    for i, name in enumerate(names):
        if i not in taken:
            group = name.removeprefix('left_').removeprefix('right_')
            if group in groups:
                raise InputError(f'groups.{group}: lacks {name}, which is of that name; add it, or rename the group')
            result.setdefault(group, []).append(i)
    return result
