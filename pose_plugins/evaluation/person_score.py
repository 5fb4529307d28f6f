"""The score of a person and the pose NMS of AlphaPose's published evaluation, as options of MMPose's metrics."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
from mmpose.registry import METRICS

from ..utils.arguments import one_of
from ..utils.errors import InputError
from .pose_nms import PoseNMS, pose_nms, published_nms
from .quick_coco import NMS_MODES, SCORE_MODES, QuickCoco, QuickCocoWholeBodyMetric


class PersonScore(QuickCoco):
    """Base of metrics with one more ``score_mode`` and one more ``nms_mode``.

    'alphapose' scores a person by box + mean + 1.25 x maximum of the keypoint scores. 'pose_nms' joins poses of the same
    person; by 'alphapose' a joined pose is scored anew, else by that which it was gathered around. The published COCO results
    have the first and ``nms_mode='none'``.

    Args:
        pose_nms: Arguments of ``PoseNMS`` that differ from ``published_nms`` of so many keypoints.
        **shared: ``CocoMetric``'s.
    """

    def __init__(
        self,
        *args: Any,
        score_mode: str = 'bbox_keypoint',
        nms_mode: str = 'oks_nms',
        pose_nms: dict[str, Any] | None = None,
        **shared: Any,
    ) -> None:
        one_of((*SCORE_MODES, 'alphapose'), score_mode=score_mode)
        one_of((*NMS_MODES, 'pose_nms'), nms_mode=nms_mode)
        self.scores_persons, self.joins = score_mode == 'alphapose', nms_mode == 'pose_nms'
        if pose_nms and not self.joins:
            raise InputError(f"pose_nms: is of nms_mode='pose_nms', not of {nms_mode!r}")
        self.pose_nms = dict(pose_nms or {})
        unknown = self.pose_nms.keys() - {field.name for field in fields(PoseNMS)}
        if unknown:
            raise InputError(f'pose_nms: PoseNMS has no {", ".join(sorted(unknown))}')
        PoseNMS(**self.pose_nms)  # refuses before hours of work, not after
        super().__init__(
            *args,
            score_mode='bbox' if self.scores_persons else score_mode,
            nms_mode='none' if self.joins else nms_mode,
            **shared,
        )
        self.rescores |= self.scores_persons

    def scored(self, scores: np.ndarray, boxes: np.ndarray) -> np.ndarray:
        """People's scores (P,) as published or as the base's, from those of keypoints (P, K) and of boxes (P,)."""
        if self.scores_persons:
            return boxes + scores.mean(1) + 1.25 * scores.max(1)
        return super().scored(scores, boxes)

    def suppressed(self, people: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """People of a picture who are left when NMS has dropped or joined poses."""
        return self._joined(people) if self.joins and people else super().suppressed(people)

    def _joined(self, people: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """One dict for each person of a picture."""
        poses = np.stack([person['keypoints'] for person in people])  # (N, K, 3)
        boxes = np.stack([corners(person) for person in people])
        settings = replace(published_nms(poses.shape[1]), **self.pose_nms)
        merged = pose_nms(poses[..., :2], poses[..., 2], boxes, settings)
        result = []
        for points, scores, leader in zip(merged.keypoints, merged.scores, merged.leaders):
            person = dict(people[leader], keypoints=np.concatenate([points, scores[:, None]], 1))
            if self.scores_persons:
                before = poses[leader, :, 2]
                person['score'] += scores.mean() + 1.25 * scores.max() - before.mean() - 1.25 * before.max()
            result.append(person)
        return result


def corners(person: dict[str, Any]) -> np.ndarray:
    """The box of a person as ``CocoMetric`` keeps them, or where none is known the extent of the keypoints.

    Left, top, right and bottom, (4,).
    """
    if 'bbox' in person:
        left, top, width, height = person['bbox']
        return np.array([left, top, left + width, top + height])
    points = person['keypoints'][:, :2]
    return np.concatenate([points.min(0), points.max(0)])


@METRICS.register_module()
class PersonScoreCocoMetric(PersonScore):
    """MMPose's ``CocoMetric`` with the modes of ``PersonScore``."""


@METRICS.register_module()
class PersonScoreCocoWholeBodyMetric(PersonScore, QuickCocoWholeBodyMetric):
    """MMPose's ``CocoWholeBodyMetric`` with the modes of ``PersonScore``."""
