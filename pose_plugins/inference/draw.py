"""Draws predictions."""

import mmcv
import numpy as np
from mmpose.structures import merge_data_samples
from mmpose.visualization import PoseLocalVisualizer

from ..utils.sheets import captioned, contact_sheet


def draw_sheet(samples, dataset_meta, path, pictures=8, columns=2):
    """Pictures with the truth beside the prediction.

    Args:
        samples (list[PoseDataSample]): Predictions for every person; those of the first pictures are drawn.
        dataset_meta (dict): The data set's keypoints, links and colours.
        path (Path): The JPEG to write.
        pictures (int): How many pictures.
        columns (int): How many in a row.
    """
    visualizer = PoseLocalVisualizer(radius=2, line_width=1)
    visualizer.set_dataset_meta(dataset_meta)
    by_picture = {}
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
    mmcv.imwrite(contact_sheet(tiles, columns), str(path))
