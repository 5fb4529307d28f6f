"""Draws predictions."""

from pathlib import Path

import mmcv
import numpy as np
from mmpose.structures import PoseDataSample, merge_data_samples
from mmpose.visualization import PoseLocalVisualizer

from ..utils.files import write_image
from ..utils.sheets import captioned, contact_sheet


def draw_sheet(
    samples: list[PoseDataSample], dataset_meta: dict, path: Path, pictures: int = 8, columns: int = 2
) -> None:
    """Pictures with the truth beside the prediction.

    Args:
        samples: Predictions for every person; those of the first pictures are drawn.
        dataset_meta: The data set's keypoints, links and colours.
        path: The JPEG to write.
        pictures: How many pictures.
        columns: How many in a row.
    """
    visualizer = PoseLocalVisualizer(radius=2, line_width=1)
    visualizer.set_dataset_meta(dataset_meta)
    by_picture: dict[str, list[PoseDataSample]] = {}
    for sample in samples:
        by_picture.setdefault(sample.img_path, []).append(sample)
    tiles = []
    for img_path, people in list(by_picture.items())[:pictures]:
        image = mmcv.imread(img_path, channel_order='rgb')
        drawn = visualizer.add_datasample('', image, merge_data_samples(people))[..., ::-1]  # truth and prediction, BGR
        half = drawn.shape[1] // 2
        pair = [
            captioned(np.ascontiguousarray(part), caption)
            for part, caption in ((drawn[:, :half], 'truth'), (drawn[:, half:], 'prediction'))
        ]
        tiles.append(np.hstack(pair))
    write_image(path, contact_sheet(tiles, columns))
