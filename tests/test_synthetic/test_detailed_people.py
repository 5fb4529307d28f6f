"""Synthetic faces, hands and feet, and the formats that annotate them, as MMPose's own classes read them."""

import json

import cv2
import numpy as np
import pytest
from mmpose.registry import DATASETS
from mmpose.utils import register_all_modules

from pose_plugins.datasets.meta import dataset_meta, keypoint_names
from pose_plugins.synthetic import generate
from pose_plugins.synthetic.body import sample_body
from pose_plugins.synthetic.extremities import extremity_points, face_points
from pose_plugins.synthetic.scene import render_scene
from pose_plugins.utils.errors import InputError

DATASET_OF = {  # format -> MMPose's class, arguments for the held-out split
    'coco-wholebody': (
        'CocoWholeBodyDataset',
        dict(ann_file='annotations/coco_wholebody_val_v1.0.json', img='val2017/'),
    ),
    'halpe': ('HalpeDataset', dict(ann_file='annotations/halpe_val_v1.json', img='val2017/')),
    '300w': ('Face300WDataset', dict(ann_file='annotations/face_landmarks_300w_valid.json', img='images/')),
    'freihand': ('FreiHandDataset', dict(ann_file='annotations/freihand_test.json', img='')),
    'interhand': (
        'InterHand2DDoubleDataset',
        dict(
            ann_file='annotations/all/InterHand2.6M_test_data.json',
            camera_param_file='annotations/all/InterHand2.6M_test_camera.json',
            joint_file='annotations/all/InterHand2.6M_test_joint_3d.json',
            img='images/val/',
        ),
    ),
    'posetrack18': ('PoseTrack18Dataset', dict(ann_file='annotations/posetrack18_val.json', img='')),
}
KEYPOINTS = {'coco-wholebody': 133, 'halpe': 136, '300w': 68, 'freihand': 21, 'interhand': 42, 'posetrack18': 17}


@pytest.fixture(scope='module')
def roots(tmp_path_factory):
    """A few people in every format."""
    folder = tmp_path_factory.mktemp('formats')
    for name in DATASET_OF:
        generate(folder / name, name, people=(2, 8), workers=1)
    return folder


def test_faces_mirror_as_300w_says():
    points, flip = face_points(), dataset_meta('300w')['flip_indices']
    np.testing.assert_allclose(points[flip], points * (-1, 1, 1), atol=1e-12)
    assert points[8, 1] == points[:, 1].min()  # the chin
    assert (points[36:42, 0] < 0).all() and (points[42:48, 0] > 0).all()  # the right eye comes first


def test_hands_and_feet_are_where_they_belong():
    rng = np.random.default_rng(0)
    for _ in range(20):
        body = sample_body(rng)
        points, height = extremity_points(rng, body), body.build.height
        assert points.keys() | body.joints.keys() >= set(keypoint_names('halpe')) - {'head', 'neck', 'hip'}
        for side in ('left', 'right'):
            np.testing.assert_allclose(points[f'{side}_hand_root'], body.joints[f'{side}_wrist'])
            names = [name for name in points if name.startswith(f'{side}_') and name[-1].isdigit()]
            assert len(names) == 20
            reach = [np.linalg.norm(points[name] - body.joints[f'{side}_wrist']) for name in names]
            assert max(reach) < 0.13 * height
            ankle = body.joints[f'{side}_ankle']
            assert np.linalg.norm(points[f'{side}_big_toe'] - ankle) < 0.13 * height


def test_thumbs_point_forward_and_palms_to_the_thighs():
    """Someone who stands and lets the arms hang: that is what tells a left hand from a right one."""
    rng = np.random.default_rng(1)
    seen = 0
    while seen < 10:
        body = sample_body(rng)
        points = extremity_points(rng, body)
        for side, sign in (('left', 1), ('right', -1)):
            down = body.joints[f'{side}_hand'] - body.joints[f'{side}_wrist']
            if down @ body.trunk[:, 1] / np.linalg.norm(down) > -0.9:
                continue
            seen += 1
            knuckles = points[f'{side}_forefinger1'] - points[f'{side}_pinky_finger1']
            assert knuckles @ body.trunk[:, 2] > 0
            curled = points[f'{side}_middle_finger4'] - points[f'{side}_middle_finger1']
            assert curled @ body.trunk[:, 0] * sign < 0.01  # bent towards the body


def test_details_change_neither_poses_nor_clothes():
    scenes = [render_scene(np.random.default_rng(3), (320, 256), 2, detailed) for detailed in (False, True)]
    for plain, detailed in zip(*(scene.people for scene in scenes)):
        for name, place in plain.joints.items():
            np.testing.assert_array_equal(place, detailed.joints[name])
    assert (scenes[0].image == scenes[1].image).all(-1).mean() > 0.9


@pytest.mark.parametrize('name', DATASET_OF)
def test_mmpose_reads_them(name, roots):
    register_all_modules()
    kind, arguments = DATASET_OF[name]
    arguments = dict(arguments)
    dataset = DATASETS.build(
        dict(
            type=kind,
            data_root=str(roots / name),
            data_prefix=dict(img=arguments.pop('img')),
            data_mode='topdown',
            pipeline=[dict(type='LoadImage')],
            **arguments,
        )
    )
    assert dataset.metainfo['num_keypoints'] == KEYPOINTS[name] and len(dataset) >= 5
    for item in dataset:
        height, width = item['img'].shape[:2]
        visible = np.asarray(item['keypoints_visible'])[0] > 0
        points = item['keypoints'][0]
        assert item['keypoints'].shape == (1, KEYPOINTS[name], 2) and visible.sum() >= 8
        if name in ('coco-wholebody', 'halpe', 'posetrack18'):
            assert ((points[visible] >= 0) & (points[visible] <= (width, height))).all()
        if name in ('300w', 'freihand', 'interhand'):  # the part is what the picture shows
            assert (np.abs(points.mean(0) - (width / 2, height / 2)) < 0.3 * min(width, height)).all()


def test_skin_is_where_fingers_are(roots):
    """Annotated points of close pictures have one colour, a hand's; beside the hand there are others."""
    content = json.loads((roots / 'freihand/annotations/freihand_val.json').read_text())
    files = {image['id']: roots / 'freihand' / image['file_name'] for image in content['images']}
    spreads = []
    for annotation in content['annotations']:
        picture = cv2.imread(str(files[annotation['image_id']])).astype(float)
        points = np.array(annotation['keypoints']).reshape(-1, 3)[:, :2]

        def spread(points, picture=picture):
            inside = points[((points >= 0) & (points < 224)).all(1)].astype(int)
            colours = picture[inside[:, 1], inside[:, 0]]
            return np.median(np.linalg.norm(colours - np.median(colours, axis=0), axis=1))

        centre = points.mean(0)
        spreads.append((spread(points), spread(centre + 1.9 * (points - centre))))
    on, beside = np.median(spreads, axis=0)
    assert on < 40 and beside > 1.4 * on  # of 0 to 441


def test_whole_body_parts_have_boxes(roots):
    content = json.loads((roots / 'coco-wholebody/annotations/coco_wholebody_val_v1.0.json').read_text())
    valid = 0
    for annotation in content['annotations']:
        for part, count in (('face', 68), ('lefthand', 21), ('righthand', 21)):
            points = np.array(annotation[f'{part}_kpts']).reshape(-1, 3)
            assert len(points) == count
            left, top, width, height = annotation[f'{part}_box']
            if annotation[f'{part}_valid']:
                valid += 1
                seen = points[points[:, 2] > 0]
                assert ((seen[:, :2] >= (left, top)) & (seen[:, :2] <= (left + width, top + height))).all()
            else:
                assert not points.any() and width == height == 0
        assert len(annotation['foot_kpts']) == 18
    assert valid >= 5


def test_a_size_that_readers_would_misread(tmp_path):
    with pytest.raises(InputError, match='freihand: pictures are 224 x 224 pixels'):
        generate(tmp_path / 'hands', 'freihand', people=(1, 1), size=(640, 480))


def test_people_of_a_video_keep_their_identities_and_walk(roots):
    content = json.loads((roots / 'posetrack18/annotations/posetrack18_val.json').read_text())
    official = 'bbox bbox_head category_id id image_id iscrowd keypoints num_keypoints scores track_id'
    assert all(' '.join(sorted(annotation)) == official for annotation in content['annotations'])  # no area
    images = {image['id']: image for image in content['images']}
    videos = sorted((roots / 'posetrack18/annotations/val').glob('*.json'))
    assert sum(len(json.loads(path.read_text())['annotations']) for path in videos) == len(content['annotations'])
    tracks = {}
    for annotation in content['annotations']:
        image = images[annotation['image_id']]
        tracks.setdefault((image['vid_id'], annotation['track_id']), []).append(annotation)
    track = max(tracks.values(), key=len)
    assert len(track) >= 4
    points = np.array([annotation['keypoints'] for annotation in track]).reshape(len(track), 17, 3)
    seen = (points[1:, :, 2] > 0) & (points[:-1, :, 2] > 0)
    moves = np.linalg.norm(np.diff(points[..., :2], axis=0), axis=-1)[seen]  # pixels a step
    assert 0.1 < moves.mean() < 40
