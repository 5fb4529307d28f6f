"""Part-guided proposal generation: a picture of a part is seen as the crop of a whole person (AlphaPose, section 4.2)."""

from collections.abc import Sequence

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

from ...utils.arguments import at_least, fraction
from ...utils.errors import InputError
from ..explain import bad_record
from ..part_statistics import FACE_AND_HANDS, part_indices, read_part_statistics


@TRANSFORMS.register_module()
class PartGuidedProposal(BaseTransform):
    """Place the crop of a sample that shows a face or hands as that of a person to whom the part could belong.

    Of the parts whose keypoints are labelled one is drawn, and a place of it in a person; the person's box is as large as the
    part's area asks for, and lies where the part's centre is at that place. It is then widened where need be, so that all
    labelled keypoints lie in it. It may leave the picture, as a person would: what is missing there is padded.

    Comes after ``KeypointConverter``, before ``GetBBoxCenterScale``, which adds its padding and tells in a warning that it
    found centre and scale. The sample keeps its box, by which metrics such as PCK measure. Draws with NumPy's global
    generator, as MMPose's do.

    Required Keys: ``keypoints`` (1, 136, 2) in pixels, ``keypoints_visible`` (1, 136) or, as MMPose's converter
    gives it, (1, 136, 2); ``img_path``.
    Added Keys: ``bbox_center`` (1, 2) and ``bbox_scale`` (1, 2), width and height, of the person in pixels; ``proposed``,
    True.

    Args:
        statistics: File of ``tools/collect_part_statistics.py``; None takes that of the synthetic people.
        margin: Room left around the labelled keypoints, at least 0, as a fraction of the larger side of the part.
        prob: How often a person is proposed, in [0, 1]; else the crop is that of the sample's own box.
        fixed: Nothing is drawn: the first of face, left and right hand that is labelled, at the median place. For testing,
            where a sample without any of them keeps its own crop.
        skip_bad: Whether a sample without a labelled face or hand is told of in the log and replaced by another one, instead
            of ending the training.

    Raises:
        InputError: If an argument is out of range, the statistics cannot be read or, unless ``fixed`` or ``skip_bad``, a
            sample has no labelled face or hand.
    """

    def __init__(
        self,
        statistics: str | None = None,
        margin: float = 0.1,
        prob: float = 1.0,
        fixed: bool = False,
        skip_bad: bool = False,
    ) -> None:
        at_least(0, margin=margin)
        fraction(prob=prob)
        if fixed and prob not in (0, 1):
            raise InputError(f'fixed=True, prob={prob}: must be 0 or 1 where nothing is drawn')
        self.margin, self.prob, self.fixed, self.skip_bad = margin, prob, fixed, skip_bad
        self.statistics = read_part_statistics(statistics)
        self.indices = {part: part_indices(part) for part in FACE_AND_HANDS}

    def transform(self, results: dict) -> dict | None:
        """Place the crop.

        Args:
            results: Of the pipeline.

        Returns:
            The same; None, upon which mmengine draws another sample, if it is skipped.
        """
        if self.prob < 1 and np.random.uniform() >= self.prob:
            return results
        visible = results['keypoints_visible']
        visible = (visible[0] if visible.ndim == 2 else visible[0, :, 0]) > 0  # (136,)
        points = results['keypoints'][0]  # (136, 2)
        boxes = {part: _extent(points[i[visible[i]]]) for part, i in self.indices.items() if visible[i].sum() > 1}
        boxes = {part: box for part, box in boxes.items() if (box[1] > box[0]).all()}
        if not boxes:
            if self.fixed:
                return results
            bad_record(results, 'no face and no hand is labelled, a proposal needs one', self.skip_bad)
            return None
        part, place = self._draw(list(boxes))
        x, y, width, height, aspect = place
        low, high = boxes[part]
        size = high - low
        area = size.prod() / (width * height)
        person = np.array([np.sqrt(area * aspect), np.sqrt(area / aspect)])  # width and height in pixels
        centre = (low + high) / 2 - np.array([x, y]) * person
        every = _extent(points[visible])
        pad = self.margin * size.max()
        low = np.minimum(centre - person / 2, every[0] - pad)
        high = np.maximum(centre + person / 2, every[1] + pad)
        results['bbox_center'] = ((low + high) / 2)[None].astype(np.float32)
        results['bbox_scale'] = (high - low)[None].astype(np.float32)
        results['proposed'] = True
        return results

    def _draw(self, parts: Sequence[str]) -> tuple[str, np.ndarray]:
        """One of the parts, and its place in a person, (5,)."""
        if self.fixed:
            return parts[0], np.median(self.statistics[parts[0]], axis=0)
        part = parts[np.random.randint(len(parts))]
        places = self.statistics[part]
        return part, places[np.random.randint(len(places))]

    def __repr__(self) -> str:
        name = type(self).__name__
        return f'{name}(margin={self.margin}, prob={self.prob}, fixed={self.fixed}, skip_bad={self.skip_bad})'


def _extent(points: np.ndarray) -> np.ndarray:
    """(n, 2) to the least and the largest coordinates, (2, 2)."""
    return np.stack([points.min(0), points.max(0)])
