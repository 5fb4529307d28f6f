"""Sheets of truth and prediction, of pictures of any size."""

import cv2
import numpy as np
from mmengine.structures import InstanceData
from mmpose.structures import PoseDataSample

from pose_plugins.datasets.meta import dataset_meta
from pose_plugins.inference.draw import SHEET_HEIGHT, draw_sheet


def person(path, place):
    keypoints = np.full((1, 17, 2), place, float)
    sample = PoseDataSample(metainfo=dict(img_path=str(path)))
    sample.gt_instances = InstanceData(keypoints=keypoints, keypoints_visible=np.ones((1, 17)))
    sample.pred_instances = InstanceData(keypoints=keypoints, keypoint_scores=np.ones((1, 17)))
    return sample


def test_pictures_of_different_sizes(tmp_path):
    people = []
    for number, (width, height) in enumerate(((64, 48), (640, 480), (200, 800), (300, 100))):
        path = tmp_path / f'{number}.png'
        cv2.imwrite(str(path), np.full((height, width, 3), 80, np.uint8))
        people.append(person(path, 20))
    draw_sheet(people, dataset_meta('coco'), tmp_path / 'sheet.jpg', pictures=3)
    sheet = cv2.imread(str(tmp_path / 'sheet.jpg'))
    caption, margin = 20, 6
    assert sheet.shape[0] == 2 * (SHEET_HEIGHT + caption + margin)
    assert sheet.shape[1] == 2 * (2 * round(64 / 48 * SHEET_HEIGHT) + 10)  # the widest of the three that are drawn
    assert (sheet[-40:, -40:] > 250).all()  # three of four places are taken


def test_people_in_boxes_of_a_detector_have_no_truth(tmp_path):
    """MMPose puts their true keypoints at (0, 0), all of them visible."""
    path = tmp_path / '0.png'
    cv2.imwrite(str(path), np.full((256, 256, 3), 80, np.uint8))
    detected = person(path, 128)
    detected.gt_instances = InstanceData(keypoints=np.zeros((1, 17, 2)), keypoints_visible=np.ones((1, 17)))
    for people, bare in (([detected], True), ([person(path, 128)], False)):
        draw_sheet(people, dataset_meta('coco'), tmp_path / 'sheet.jpg')
        sheet = cv2.imread(str(tmp_path / 'sheet.jpg')).astype(int)
        truth, prediction = sheet[24:270, 4:250], sheet[24:270, 260:506]
        assert (abs(truth - 80).max() < 30) == bare
        assert abs(prediction - 80).max() > 30
