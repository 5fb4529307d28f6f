"""Draws predictions."""

from pathlib import Path

import cv2
import mmcv
import numpy as np
from mmpose.structures import PoseDataSample, merge_data_samples
from mmpose.visualization import PoseLocalVisualizer

from ..evaluation.truth import has_truth
from ..utils.files import write_image
from ..utils.sheets import captioned, contact_sheet

SHEET_HEIGHT = 256  # pixels, of each picture


def draw_sheet(
    samples: list[PoseDataSample], dataset_meta: dict, path: Path, pictures: int = 8, columns: int = 2
) -> None:
    """Pictures with the truth, or the bare picture where there is none, beside the prediction, all of one height.

    Args:
        samples: Predictions for every person; those of the first pictures are drawn.
        dataset_meta: The data set's keypoints, links and colours.
        path: The JPEG to write.
        pictures: How many pictures.
        columns: How many in a row.
    """
    by_picture: dict[str, list[PoseDataSample]] = {}
    for sample in samples:
        by_picture.setdefault(sample.img_path, []).append(sample)
    tiles = []
    for img_path, people in list(by_picture.items())[:pictures]:
        image = mmcv.imread(img_path, channel_order='rgb')
        thickness = max(1, len(image) // SHEET_HEIGHT)
        visualizer = PoseLocalVisualizer(radius=2 * thickness, line_width=thickness)
        visualizer.set_dataset_meta(dataset_meta)
        # boxes of a detector come without: MMPose would draw all keypoints into the corner
        true = any(has_truth(person.get('gt_instances', {})) for person in people)
        drawn = visualizer.add_datasample('', image, merge_data_samples(people), draw_gt=true)
        drawn = (drawn if true else np.hstack([image, drawn]))[..., ::-1]  # truth and prediction, BGR
        half = drawn.shape[1] // 2
        width = round(half * SHEET_HEIGHT / len(drawn))
        pair = [
            captioned(cv2.resize(part, (width, SHEET_HEIGHT), interpolation=cv2.INTER_AREA), caption)
            for part, caption in ((drawn[:, :half], 'truth' if true else 'no truth'), (drawn[:, half:], 'prediction'))
        ]
        tiles.append(np.hstack(pair))
    write_image(path, contact_sheet(tiles, columns))
