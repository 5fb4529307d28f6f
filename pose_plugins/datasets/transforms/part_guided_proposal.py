"""Part-guided proposal generation: a picture of a part is seen as the crop of a whole person (AlphaPose, section 4.2)."""

import logging

import numpy as np
from mmcv.transforms import BaseTransform
from mmengine.logging import print_log
from mmpose.registry import TRANSFORMS

from ...errors import InputError
from ..part_statistics import PARTS, part_indices, read_part_statistics


@TRANSFORMS.register_module()
class PartGuidedProposal(BaseTransform):
    """Give a sample that shows a face or hands the box of a person to whom the part could belong.

    Of the parts whose keypoints are labelled one is drawn, and a place of it in a person; the person's box is as large as the
    part's area asks for, and lies where the part's centre is at that place. It is then widened where need be, so that all
    labelled keypoints lie in it. The box may leave the picture, as a person would: what is missing there is padded.

    Comes after ``KeypointConverter``, before ``GetBBoxCenterScale``. Draws with NumPy's global generator, as MMPose's do.

    Required Keys: ``keypoints`` (1, 136, 2) in pixels, ``keypoints_visible`` (1, 136) or (1, 136, 2), ``img_path``.
    Modified Keys: ``bbox`` (1, 4); ``bbox_center`` and ``bbox_scale`` are removed. Added Key: ``bbox_proposed``.

    Args:
        statistics (str | None): File of ``tools/collect_part_statistics.py``; None takes that of the synthetic people.
            Default: None.
        margin (float): Room left around the labelled keypoints, as a fraction of the larger side of the part. Default: 0.1.
        skip_bad (bool): Whether a sample without a labelled face or hand is told of in the log and replaced by another one,
            instead of ending the training. Default: False.

    Raises:
        InputError: If the statistics cannot be read or, unless ``skip_bad``, a sample has no labelled face or hand.
    """

    def __init__(self, statistics=None, margin=0.1, skip_bad=False):
        if not margin >= 0:
            raise InputError(f'margin={margin}: must be 0 or larger')
        self.margin, self.skip_bad = margin, skip_bad
        self.statistics = read_part_statistics(statistics)
        self.indices = {part: part_indices(part) for part in PARTS}

    def transform(self, results):
        """Replace the box.

        Args:
            results (dict): Of the pipeline.

        Returns:
            dict | None: The same; None, upon which mmengine draws another sample, if it is skipped.
        """
        visible = results['keypoints_visible']
        visible = (visible[0] if visible.ndim == 2 else visible[0, :, 0]) > 0  # (136,)
        points = results['keypoints'][0]  # (136, 2)
        boxes = {part: _extent(points[i[visible[i]]]) for part, i in self.indices.items() if visible[i].sum() > 1}
        boxes = {part: box for part, box in boxes.items() if (box[1] > box[0]).all()}
        if not boxes:
            message = (
                f'{results.get("img_path")}, annotation {results.get("id")}: no face and no hand is labelled, a proposal '
                'needs one'
            )
            if not self.skip_bad:
                raise InputError(message)
            print_log(f'{message}: skipped', 'current', logging.WARNING)
            return None
        part = list(boxes)[np.random.randint(len(boxes))]
        places = self.statistics[part]
        x, y, width, height, aspect = places[np.random.randint(len(places))]
        low, high = boxes[part]
        size = high - low
        area = size.prod() / (width * height)
        person = np.array([np.sqrt(area * aspect), np.sqrt(area / aspect)])  # width and height in pixels
        centre = (low + high) / 2 - np.array([x, y]) * person
        every = _extent(points[visible])
        pad = self.margin * size.max()
        low = np.minimum(centre - person / 2, every[0] - pad)
        high = np.maximum(centre + person / 2, every[1] + pad)
        results['bbox'] = np.concatenate([low, high])[None].astype(np.float32)
        results['bbox_proposed'] = True
        for key in ('bbox_center', 'bbox_scale'):  # of the part's own box
            results.pop(key, None)
        return results

    def __repr__(self):
        return f'{type(self).__name__}(margin={self.margin}, skip_bad={self.skip_bad})'


def _extent(points):
    """(n, 2) to the least and the largest coordinates, (2, 2)."""
    return np.stack([points.min(0), points.max(0)])
