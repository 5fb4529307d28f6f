"""MMPose's metrics of COCO's format, the same numbers to the last digit in a fraction of the time."""

import gc
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from mmpose.evaluation.metrics import CocoMetric, CocoWholeBodyMetric
from mmpose.registry import METRICS
from xtcocotools.coco import COCO

from ..utils.arguments import one_of
from ..utils.errors import InputError
from .coco_eval import PARTS, QuickCOCOeval
from .oks import pairwise_oks
from .oks_nms import NMS
from .predictions import check_finite

SCORE_MODES = 'bbox', 'bbox_keypoint', 'bbox_rle', 'keypoint'
NMS_MODES = *NMS, 'none'
NAMES = 'AP', 'AP .5', 'AP .75', 'AP (M)', 'AP (L)', 'AR', 'AR .5', 'AR .75', 'AR (M)', 'AR (L)'
CROWD_NAMES = 'AP', 'AP .5', 'AP .75', 'AR', 'AR .5', 'AR .75', 'AP(E)', 'AP(M)', 'AP(H)'
People = dict[Any, list[dict[str, Any]]]  # predicted, of each picture


class QuickCoco(CocoMetric):
    """Base of metrics that give what MMPose's give.

    Scores and NMS are computed for all keypoints and people of a picture at once, results go to the evaluation in memory, and
    are written only where ``outfile_prefix`` asks for files.

    Args:
        **shared: ``CocoMetric``'s.

    Raises:
        InputError: If a mode is none of MMPose's.
    """

    gt_converter: dict | None

    def __init__(self, *args: Any, score_mode: str = 'bbox_keypoint', nms_mode: str = 'oks_nms', **shared: Any) -> None:
        one_of(SCORE_MODES, score_mode=score_mode)
        one_of(NMS_MODES, nms_mode=nms_mode)
        super().__init__(*args, score_mode=score_mode, nms_mode=nms_mode, **shared)
        self._converted = False
        self.nms = NMS.get(nms_mode)
        self.rescores = score_mode == 'bbox_keypoint'
        # what the base still does
        self.nms_mode = 'none'
        if self.rescores:
            self.score_mode = 'bbox'

    def process(self, data_batch: Sequence[dict], data_samples: Sequence[dict]) -> None:
        """As ``CocoMetric``.

        Raises:
            DivergedError: If a prediction is not finite.
        """
        check_finite(data_samples)
        super().process(data_batch, data_samples)

    def evaluate(self, size: int) -> dict[str, float]:
        """As ``CocoMetric``."""
        collects = gc.isenabled()
        gc.disable()  # a search for garbage among so many results takes longer than the evaluation, and there is none
        try:
            return super().evaluate(size)
        finally:
            if collects:
                gc.enable()

    def compute_metrics(self, results: list) -> dict[str, float]:
        """As ``CocoMetric``, but that the truth is converted (``gt_converter``) once, not at every evaluation anew."""
        converter = self.gt_converter
        if self._converted:
            self.gt_converter = None
        try:
            figures = super().compute_metrics(results)
        finally:
            self.gt_converter = converter
        self._converted = True
        return figures

    def results2json(self, keypoints: People, outfile_prefix: str) -> str:
        """Keep the results for the evaluation; written as MMPose does where files are asked for."""
        people = self.left(keypoints)
        if self.outfile_prefix is not None:
            super().results2json(people, outfile_prefix)
        self.found = [self.result(person) for of_picture in people.values() for person in of_picture]
        return f'{outfile_prefix}.keypoints.json'

    def left(self, people: People) -> People:
        """People of each picture who are left after NMS, with their scores.

        Raises:
            InputError: If they have another number of keypoints than the data set.
        """
        everybody = [person for of_picture in people.values() for person in of_picture]
        known = self.dataset_meta['num_keypoints']
        for person in everybody:
            if len(person['keypoints']) != known:
                raise InputError(
                    f'{type(self).__name__}: a prediction in picture {person["img_id"]} has {len(person["keypoints"])} '
                    f'keypoints, the data set has {known}'
                )
        if self.rescores and everybody:
            scores = np.stack([person['keypoint_scores'] for person in everybody])  # (P, K)
            boxes = np.stack([person['bbox_score'] for person in everybody])  # (P,)
            for person, score in zip(everybody, self.scored(scores, boxes)):
                person['score'] = score
        return {image: self.suppressed(of_picture) for image, of_picture in people.items()}

    def scored(self, scores: np.ndarray, boxes: np.ndarray) -> np.ndarray:
        """People's scores (P,) by 'bbox_keypoint', from those of keypoints (P, K) and of boxes (P,)."""
        # compared and summed up one by one, in the type that NumPy gives a scalar added to 0: float32 from NumPy 2 on
        scores = scores.astype((0 + scores.dtype.type(1)).dtype)
        counted = scores > self.keypoint_score_thr
        sums = np.where(counted, scores, 0).cumsum(1)[:, -1]
        return boxes * (sums / counted.sum(1).clip(1).astype(sums.dtype))

    def suppressed(self, people: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those of a picture's people whom NMS leaves."""
        if self.nms is None or not people:
            return people
        poses = np.stack([person['keypoints'] for person in people])  # (N, K, 3)
        areas = np.array([person['area'] for person in people])
        similarity = pairwise_oks(poses, poses, areas, areas, self.dataset_meta['sigmas'])
        scores = np.array([person['score'] for person in people])
        return [people[index] for index in self.nms(similarity, scores, self.nms_thr)]

    def result(self, person: dict[str, Any]) -> dict[str, Any]:
        """A person in COCO's format of results."""
        found = {
            'image_id': _number(person['img_id']),
            'category_id': _number(person['category_id']),
            'keypoints': person['keypoints'].ravel().tolist(),
            'score': float(person['score']),
        }
        return {**found, 'bbox': person['bbox'].tolist()} if 'bbox' in person else found

    def _do_python_keypoint_eval(self, outfile_prefix: str) -> list[tuple[str, float]]:
        stats = self.evaluation(self.loaded(self.found, self.coco), self.iou_type, self.dataset_meta['sigmas'])
        return list(zip(CROWD_NAMES if self.iou_type == 'keypoints_crowd' else NAMES, stats))

    def loaded(self, found: list[dict[str, Any]], truth: COCO) -> COCO:
        """Results of ``result`` beside annotations; as copies, for xtcocotools adds fields to them."""
        results = [dict(person) for person in found]
        if results and 'bbox' not in results[0]:  # the extent of the keypoints, of all at once
            points = np.array([person['keypoints'] for person in results]).reshape(len(results), -1, 3)[..., :2]
            low, high = points.min(1), points.max(1)  # (P, 2)
            for person, box in zip(results, np.concatenate([low, high - low], 1).tolist()):
                person['bbox'] = box
        return truth.loadRes('results.keypoints.json', results)

    def evaluation(self, results: COCO, kind: str, sigmas: np.ndarray, truth: COCO | None = None) -> Sequence[float]:
        """The figures of COCO's evaluation.

        Args:
            results: Of ``loaded``.
            kind: Which of xtcocotools' evaluations.
            sigmas: Of the keypoints that it takes.
            truth: The annotations, if not the metric's.

        Returns:
            Its ``stats``.
        """
        evaluation = QuickCOCOeval(self.coco if truth is None else truth, results, kind, sigmas, self.use_area)
        evaluation.params.useSegm = None
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
        return evaluation.stats


@METRICS.register_module()
class QuickCocoMetric(QuickCoco):
    """MMPose's ``CocoMetric``, several times as fast."""


@METRICS.register_module()
class QuickCocoWholeBodyMetric(QuickCoco, CocoWholeBodyMetric):
    """MMPose's ``CocoWholeBodyMetric``, several times as fast."""

    def result(self, person: dict[str, Any]) -> dict[str, Any]:
        """A person in COCO-WholeBody's format of results."""
        parts = zip(PARTS['keypoints_wholebody'], pairwise(self._ends()))
        found = {field: person['keypoints'][start:end].ravel().tolist() for field, (start, end) in parts}
        return {'image_id': _number(person['img_id']), 'category_id': 1, **found, 'score': float(person['score'])}

    def _do_python_keypoint_eval(self, outfile_prefix: str) -> list[tuple[str, float]]:
        sigmas = self.dataset_meta['sigmas']
        kinds = ['keypoints_body', *PARTS][:-1]
        results = self.loaded(self.found, self.coco)
        for kind, (start, end) in zip(kinds, pairwise(self._ends())):  # printed, and not among the figures
            self.evaluation(results, kind, sigmas[start:end])
        return list(zip(NAMES, self.evaluation(results, 'keypoints_wholebody', sigmas)))

    def _ends(self) -> list[int]:
        """Where body, feet, face, left and right hand begin, and where the last ends."""
        sizes = self.body_num, self.foot_num, self.face_num, self.left_hand_num, self.right_hand_num
        return np.cumsum([0, *sizes]).tolist()


def _number(value: Any) -> Any:
    """A NumPy number as Python's, as which it would come back from a file; what else is an id as it is."""
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value
