"""The figures of a suite: after how many samples it was evaluated, and people that fit on a sheet."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from mmengine.config import ConfigDict

from pose_plugins.experiments.suite_figures import SIDE, _evaluated_after, draw_people
from pose_plugins.experiments.tested import Person


@pytest.mark.parametrize(
    'loop, logged, expected',
    [
        (dict(max_epochs=10, val_interval=3), [200, 500, 900], [300, 600, 900]),  # a log every 100, an epoch of 100
        (dict(max_epochs=10, val_interval=3), [900, 950], [900, 1000]),  # the last epoch is evaluated anyway
        (dict(max_iters=1000, val_interval=250), [200, 250, 700], [250, 250, 750]),
    ],
)
def test_evaluations_are_where_they_were_made(loop, logged, expected):
    run = SimpleNamespace(config=SimpleNamespace(train_cfg=ConfigDict(loop)), iterations=1000, processes_used=1)
    np.testing.assert_array_equal(_evaluated_after(run, np.array(logged)), expected)


def test_people_of_any_shape_fit(tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), np.full((60, 400, 3), 127, np.uint8))
    meta = dict(skeleton_links=[(0, 1)], skeleton_link_colors=[(255, 0, 0)], keypoint_colors=[(0, 255, 0)] * 2)
    points = [[20.0, 30.0], [300.0, 40.0]]
    boxes = [10, 20, 390, 50], [100, -5, 105, 90], [390, 50, 500, 80]  # wide, high, over the edge
    people = [
        Person(i, str(tmp_path / 'a.png'), list(box), [0.5, 2.0], [False, True], 0.0, points, points)
        for i, box in enumerate(boxes)
    ]
    draw_people(people, meta, tmp_path / 'sheet.png', columns=2)
    sheet = cv2.imread(str(tmp_path / 'sheet.png'))
    assert sheet.shape[1] <= 2 * (2 * SIDE + 10) and sheet.shape[0] <= 2 * (SIDE + 26)
