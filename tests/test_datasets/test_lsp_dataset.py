"""Leeds Sports Pose from official files to a figure: prepared, read, and measured."""

import numpy as np
import pytest
from lsp_files import write

from pose_plugins.datasets import LSPDataset
from pose_plugins.datasets.preparing import lsp, prepare_lsp
from pose_plugins.evaluation import PCKMetric

# a pose of which only neck and head top lie in the middle, as shares of its box
HALF = np.array([(0, 1), (0.1, 0.75), (0.2, 0.5), (0.8, 0.5), (0.9, 0.75), (1, 1), (0, 0.5), (0.1, 0.35), (0.2, 0.2)])
POSE = np.concatenate([HALF, [(0.8, 0.2), (0.9, 0.35), (1, 0.5), (0.5, 0.15), (0.5, 0)]])


def test_the_mean_pose(tmp_path, monkeypatch):
    """In boxes of their own, people who stand as all others do are found, and of a mirror image the middle."""
    monkeypatch.setattr(lsp, 'TRAINED', 4)
    sizes = np.array([(30, 60), (40, 50), (20, 70), (40, 40), (40, 60), (40, 60)])
    shares = np.repeat(POSE[None], 6, 0)
    shares[5, :, 0] = 1 - shares[5, :, 0]
    people = np.concatenate([5 + shares * sizes[:, None], np.zeros((6, 14, 1))], 2)
    prepare_lsp(write(tmp_path / 'src', 'occluded', people=people), tmp_path)
    train, test = (
        LSPDataset(
            data_root=str(tmp_path),
            ann_file=f'annotations/lsp_{part}.json',
            data_prefix=dict(img='images/'),
            test_mode=True,
        )
        for part in ('train', 'test')
    )
    pose = np.mean([_shares(train.get_data_info(i)) for i in range(4)], 0)
    np.testing.assert_allclose(pose, POSE, atol=1e-3)
    metric = PCKMetric(groups=dict(head=['neck', 'head_top']))
    metric.dataset_meta = test.metainfo
    metric.process({}, [_sample(test.get_data_info(i), pose) for i in range(2)])
    figures = metric.evaluate(2)
    # torsos of 24 x 18 pixels: right within 6; the mirror image is 8 or more off, but for neck and head top
    assert figures['pck/PCK'] == pytest.approx(100 * (14 + 2) / 28)
    assert (figures['pck/head'], figures['pck/shoulder'], figures['pck/ankle']) == (100, 50, 50)


def _shares(info):
    """(14, 2), keypoints as shares of the box."""
    left, top, right, bottom = info['bbox'][0]
    return (info['keypoints'][0] - (left, top)) / (right - left, bottom - top)


def _sample(info, shares):
    """Somebody, as a metric gets them, for whom a pose is predicted that lies in the true box."""
    left, top, right, bottom = info['bbox'][0]
    predicted = (left, top) + shares * (right - left, bottom - top)
    truth = dict(keypoints=info['keypoints'], keypoints_visible=info['keypoints_visible'])
    return dict(
        id=info['id'],
        raw_ann_info=info['raw_ann_info'],
        gt_instances=truth,
        pred_instances=dict(keypoints=predicted[None], keypoint_scores=np.ones((1, 14))),
    )
