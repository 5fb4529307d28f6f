"""COCO's evaluation of keypoints, the same numbers in a fraction of the time."""

from typing import Any

import numpy as np
from xtcocotools.cocoeval import COCOeval

# fields with the keypoints of each kind of evaluation; of all others 'keypoints'
PARTS = {
    'keypoints_foot': ['foot_kpts'],
    'keypoints_face': ['face_kpts'],
    'keypoints_lefthand': ['lefthand_kpts'],
    'keypoints_righthand': ['righthand_kpts'],
    'keypoints_wholebody': ['keypoints', 'foot_kpts', 'face_kpts', 'lefthand_kpts', 'righthand_kpts'],
}
Columns = tuple[list[Any], list[float], np.ndarray]  # ids, scores and areas of a picture's predictions
BOX_AREA = 0.53  # of a person in its box, where annotations have no areas


class QuickCOCOeval(COCOeval):
    """xtcocotools' evaluation of keypoints with two steps done at once.

    The similarities of a picture's predictions to a person are computed together, and of the pairs only those are looked at
    whose similarity reaches the lowest threshold.
    """

    def _prepare(self) -> None:
        super()._prepare()
        self._columns: dict[tuple[Any, Any], Columns] = {}

    def computeOks(self, imgId: Any, catId: Any) -> Any:  # noqa: N802, N803 (xtcocotools')
        """Similarity of the best predictions of a picture, which are kept by score, to its people: (D, G), [] without any."""
        people, found = self._gts[imgId, catId], self._dts[imgId, catId]
        order = np.argsort([-pose[self.score_key] for pose in found], kind='mergesort')
        found = self._dts[imgId, catId] = [found[index] for index in order[: self.params.maxDets[-1]]]
        ids, scores, areas = ([pose[field] for pose in found] for field in ('id', self.score_key, 'area'))
        self._columns[imgId, catId] = ids, scores, np.array(areas)
        if not people or not found:
            return []
        fields = PARTS.get(self.params.iouType, ['keypoints'])
        points = np.array([sum((pose[field] for field in fields), []) for pose in found])  # (D, 3 K)
        x, y = points[:, 0::3], points[:, 1::3]  # (D, K)
        variances = (self.sigmas * 2) ** 2
        similarity = np.zeros((len(found), len(people)))
        for column, person in enumerate(people):
            truth = np.array(sum((person[field] for field in fields), []))
            known = truth[2::3] > 0  # (K,)
            left, top, width, height = person['bbox']
            if known.any():
                dx, dy = x - truth[0::3], y - truth[1::3]
            else:  # nothing is annotated: the distance to a box of twice the size
                dx = np.maximum(0, left - width - x) + np.maximum(0, x - (left + width * 2))
                dy = np.maximum(0, top - height - y) + np.maximum(0, y - (top + height * 2))
                known = np.ones_like(known)
            area = person['area'] if self.use_area else person['bbox'][3] * person['bbox'][2] * BOX_AREA
            errors = (dx**2 + dy**2) / variances / (area + np.spacing(1)) / 2
            near = np.exp(-np.compress(known, errors, axis=1))  # by rows, so that each is summed as if alone
            similarity[:, column] = near.sum(1) / near.shape[1]
        return similarity

    def evaluateImg(self, imgId: Any, catId: Any, aRng: Any, maxDet: int) -> dict[str, Any] | None:  # noqa: N802, N803
        """Matches of a picture's predictions to its people, for one range of areas, at all thresholds."""
        people, found = self._gts[imgId, catId], self._dts[imgId, catId]  # sorted by ``computeOks``
        if not people and not found:
            return None
        for person in people:
            own = self.use_area and 'area' in person
            area = person['area'] if own else person['bbox'][2] * person['bbox'][3] * BOX_AREA
            person['_ignore'] = int(bool(person['ignore'] or area < aRng[0] or area > aRng[1]))
        order = np.argsort([person['_ignore'] for person in people], kind='mergesort')  # those to be ignored last
        people = [people[index] for index in order]
        ids, scores, areas = self._columns[imgId, catId]
        ignored = np.array([person['_ignore'] for person in people])
        similarity = self.ious[imgId, catId]
        thresholds = [min(threshold, 1 - 1e-10) for threshold in self.params.iouThrs]
        true_of = np.full((len(thresholds), len(found)), -1, np.int64)
        found_of = np.full((len(thresholds), len(people)), -1, np.int64)
        found_ignored = np.zeros(true_of.shape)
        if len(similarity):
            similarity = similarity[:, order]
            near = similarity >= min(thresholds)
            rows = [
                (row, [(int(column), float(similarity[row, column])) for column in near[row].nonzero()[0]])
                for row in near.any(1).nonzero()[0]
            ]
            for index, threshold in enumerate(thresholds):
                taken: set[int] = set()
                for row, candidates in rows:
                    match = _match(candidates, threshold, taken, people)
                    if match is not None:
                        taken.add(match)
                        found_ignored[index, row] = ignored[match]
                        true_of[index, row] = people[match]['id']
                        found_of[index, match] = ids[row]
        outside = (areas < aRng[0]) | (areas > aRng[1])
        return {
            'image_id': imgId,
            'category_id': catId,
            'aRng': aRng,
            'maxDet': maxDet,
            'dtIds': ids,
            'gtIds': [person['id'] for person in people],
            'dtMatches': true_of,
            'gtMatches': found_of,
            'dtScores': scores,
            'gtIgnore': ignored,
            'dtIgnore': np.logical_or(found_ignored, (true_of < 0) & outside),
        }


def _match(
    candidates: list[tuple[int, float]], threshold: float, taken: set[int], people: list[dict[str, Any]]
) -> int | None:
    """The person most like a prediction, whom none took before; one to be ignored only if there is no other."""
    best, match = threshold, None
    for column, similarity in candidates:
        if column in taken and not people[column]['iscrowd']:
            continue
        if match is not None and people[column]['_ignore'] and not people[match]['_ignore']:
            break  # all that follow are to be ignored
        if similarity >= best:
            best, match = similarity, column
    return match
