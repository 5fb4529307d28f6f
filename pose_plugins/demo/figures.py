"""The pictures of the report."""

import matplotlib
import mmcv
import numpy as np
from mmpose.structures import merge_data_samples
from mmpose.visualization import PoseLocalVisualizer

from ..visualization.sheets import captioned, contact_sheet

matplotlib.use('Agg')
from matplotlib import pyplot as plt  # noqa: E402

COLOURS = {'hrnet': '#1f77b4', 'transpose': '#ff7f0e', 'alphapose': '#2ca02c', 'poseur': '#d62728', 'tfpose': '#9467bd'}


def draw_curves(logs, path):
    """Loss and held-out AP over training time, one line a method.

    Args:
        logs (dict[str, TrainingLog]): Method -> curves.
        path (Path): The PNG to write.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout='constrained')
    for name, log in logs.items():
        minutes = np.array(log.seconds) / 60
        left.plot(minutes, np.array(log.losses) / log.losses[0], color=COLOURS[name], label=name)
        ends = np.interp(np.array(log.epochs) / max(log.epochs) * log.steps[-1], log.steps, minutes)
        right.plot(ends, log.scores, 'o-', color=COLOURS[name], label=name)
    left.set(
        xlabel='training time (minutes)', ylabel='training loss (fraction of its first value)', title='Training loss'
    )
    right.set(
        xlabel='training time (minutes)', ylabel='AP (OKS 0.50 to 0.95)', ylim=(0, 1), title='AP on held-out people'
    )
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.set_xlim(left=0)
    right.legend(loc='lower right')
    figure.savefig(path, dpi=110)
    plt.close(figure)


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
