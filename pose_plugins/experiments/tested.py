"""Looks at every person of a test: how far each keypoint is from the truth, whether it is occluded, how large the person is,
and how much others cover it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from mmpose.structures import PoseDataSample

from ..evaluation.truth import has_truth, shown
from ..utils.errors import InputError
from ..utils.files import write_json

SCALES = {'torso_size': 0.2, 'head_size': 0.5}  # lengths that annotations carry, and the usual share of each
SIMILAR = 0.5  # keypoint similarity of COCO, where there is no such length
FILE = 'people.json'


@dataclass
class Person:
    """A person that was tested.

    Attributes:
        id: Of the annotation.
        picture: Its file.
        box: Left, top, right and bottom in pixels.
        errors: Distance of each keypoint from the truth as a share of what still counts as correct, (K,); None where it is
            not labelled.
        occluded: Whether each keypoint is labelled as occluded, (K,).
        covered: Share of the box that the boxes of others cover, at most 1, by the one that covers most.
        truth, predicted: Keypoints in pixels, (K, 2).
    """

    id: int
    picture: str
    box: list[float]
    errors: list[float | None]
    occluded: list[bool]
    covered: float
    truth: list[list[float]]
    predicted: list[list[float]]

    @property
    def size(self) -> float:
        """Root of the box's area, in pixels."""
        left, top, right, bottom = self.box
        return float(np.sqrt(max(right - left, 0) * max(bottom - top, 0)))


@dataclass
class Tested:
    """A test, person by person.

    Attributes:
        criterion: When a keypoint counts as correct, in words.
        names: Of the keypoints.
        people: Those with a truth.
    """

    criterion: str
    names: list[str]
    people: list[Person]

    @property
    def errors(self) -> np.ndarray:
        """(N, K), NaN where a keypoint is not labelled."""
        return np.array([[np.nan if e is None else e for e in person.errors] for person in self.people])

    @property
    def correct(self) -> np.ndarray:
        """(N, K): 1 where a keypoint is correct, 0 where not, NaN where it is not labelled."""
        return np.where(np.isnan(self.errors), np.nan, self.errors <= 1)

    def write(self, folder: Path) -> None:
        """Write it down in a training's folder."""
        write_json(folder / FILE, asdict(self))

    @classmethod
    def read(cls, folder: Path) -> 'Tested':
        """Read what ``write`` wrote.

        Raises:
            InputError: If it is missing or damaged.
        """
        path = folder / FILE
        try:
            content = json.loads(path.read_bytes())
            return cls(content['criterion'], content['names'], [Person(**person) for person in content['people']])
        except (OSError, ValueError, LookupError, TypeError):
            raise InputError(
                f'{path}: is missing or damaged; remove result.json beside it, and the test is made again'
            ) from None


def look_at_people(samples: Sequence[PoseDataSample], meta: dict[str, Any]) -> Tested:
    """Measure every person.

    Args:
        samples: Predictions for one person each, with their truth.
        meta: The data set's description.

    Returns:
        The people. A keypoint is correct by the torso's or the head's length where annotations carry one, otherwise by COCO's
        similarity.

    Raises:
        InputError: If nobody has a truth.
    """
    known = [sample for sample in samples if has_truth(sample.get('gt_instances', {}))]
    if not known:
        raise InputError('none of the people tested has a truth, as in boxes of a detector')
    scale = next((name for name in SCALES if all(_length(sample, name) for sample in known)), None)
    sigmas = np.array(meta.get('sigmas', []))
    if scale is None and not len(sigmas):
        raise InputError(f'{meta.get("dataset_name")}: has no sigmas, and its people neither {" nor ".join(SCALES)}')
    people = [_person(sample, scale, sigmas) for sample in known]
    _note_coverage(people)
    criterion = (
        f'within {SCALES[scale]:g} of {scale.replace("_", " ")}'
        if scale
        else f'with a similarity (of OKS) of {SIMILAR:g} or more'
    )
    return Tested(criterion, [meta['keypoint_id2name'][i] for i in range(len(people[0].errors))], people)


def _length(sample: PoseDataSample, name: str) -> float:
    """A length that a person's annotation carries; 0 if there is none."""
    value = (sample.get('raw_ann_info') or {}).get(name, sample.gt_instances.get(name))
    return 0.0 if value is None else float(np.asarray(value).ravel()[0])


def _person(sample: PoseDataSample, scale: str | None, sigmas: np.ndarray) -> Person:
    truth = np.asarray(sample.gt_instances.keypoints, float)[0]  # (K, 2)
    predicted = np.asarray(sample.pred_instances.keypoints, float)[0]
    labelled = shown(sample.gt_instances.keypoints_visible)[0]
    annotation = sample.get('raw_ann_info') or {}
    box = np.asarray(sample.gt_instances.bboxes, float)[0]
    if scale:
        limit = np.full(len(truth), SCALES[scale] * _length(sample, scale))
    else:
        area = annotation.get('area') or (box[2] - box[0]) * (box[3] - box[1])
        limit = 2 * sigmas * np.sqrt(max(area, 1e-9) * -2 * np.log(SIMILAR))  # where the similarity is just that
    errors = np.linalg.norm(predicted - truth, axis=1) / np.maximum(limit, 1e-9)
    visibility = np.array(annotation.get('keypoints', [2] * 3 * len(truth)), float).reshape(-1, 3)[:, 2]
    if len(visibility) != len(truth):  # keypoints of another data set, converted
        visibility = np.full(len(truth), 2)
    return Person(
        id=int(sample.id),
        picture=str(sample.img_path),
        box=box.tolist(),
        errors=[round(float(e), 4) if known else None for e, known in zip(errors, labelled)],
        occluded=[bool(v == 1) for v in visibility],
        covered=0.0,
        truth=np.round(truth, 2).tolist(),
        predicted=np.round(predicted, 2).tolist(),
    )


def _note_coverage(people: Sequence[Person]) -> None:
    """Note how much others in the same picture cover each person."""
    together: dict[str, list[Person]] = {}
    for person in people:
        together.setdefault(person.picture, []).append(person)
    for others in together.values():
        boxes = np.array([person.box for person in others])
        low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
        high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
        shared = np.clip(high - low, 0, None).prod(-1)  # (n, n)
        covered = shared / np.maximum(shared.diagonal()[:, None], 1e-9)
        np.fill_diagonal(covered, 0)
        for person, share in zip(others, covered.max(1)):
            person.covered = round(float(share), 4)
