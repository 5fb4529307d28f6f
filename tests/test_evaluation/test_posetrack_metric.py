"""PoseTrackMetric: on drawn videos, with each tracker, in both readings; what it writes; bad annotations in one line."""

import json

import numpy as np
import pytest
from mmpose.datasets import PoseTrack18Dataset
from mmpose.registry import METRICS

from pose_plugins.evaluation.posetrack_metric import _file_names
from pose_plugins.inference.formats import FORMATS
from pose_plugins.utils.errors import InputError

VAL = 'annotations/posetrack18_val.json'


@pytest.fixture(scope='module')
def videos(tmp_path_factory):
    """Three videos of people who cross, with a picture that shows everything about them."""
    from pose_plugins.synthetic import generate

    root = tmp_path_factory.mktemp('videos')
    generate(root, 'posetrack18', (1, 200), size=(256, 192), frames=25, walkers=3, speed=1.5, workers=2)
    return root


@pytest.fixture(scope='module')
def dataset(videos):
    return PoseTrack18Dataset(
        data_root=f'{videos}/', ann_file=VAL, data_prefix=dict(img=''), test_mode=True, serialize_data=False
    )


def evaluated(videos, dataset, change=lambda number, points, scores: None, **settings):
    """Figures of predictions that are the truth but for a change; without what is not annotated."""
    metric = METRICS.build(dict(type='PoseTrackMetric', ann_file=f'{videos / VAL}', nms_mode='none', **settings))
    metric.dataset_meta = dataset.metainfo
    for number in range(len(dataset)):
        info = dataset.get_data_info(number)
        points, scores = info['keypoints'].copy(), np.ones((1, 17), np.float32)
        scores[info['keypoints_visible'] == 0] = 0.1
        change(number, points, scores)
        predicted = dict(keypoints=points, keypoint_scores=scores, bboxes=info['bbox'], bbox_scores=np.ones(1))
        sample = dict(id=info['id'], img_id=info['img_id'], img_path=info['img_path'], gt_instances={})
        metric.process({}, [dict(sample, pred_instances=predicted)])
    return metric.evaluate(len(dataset))


@pytest.mark.parametrize('tracker', ['PoseTracker', 'FlowTracker', 'IouTracker'])
@pytest.mark.parametrize('reading', ['frames', 'poseval'])
@pytest.mark.parametrize('scale', ['head', 'oks'])
def test_true_poses(videos, dataset, tracker, reading, scale, request):
    if scale == 'oks':
        path = videos / VAL
        content = json.loads(path.read_text())
        for person in content['annotations']:
            person['area'] = person['bbox'][2] * person['bbox'][3]
            person.pop('bbox_head')
        before = path.read_bytes()
        path.write_text(json.dumps(content))
        request.addfinalizer(lambda: path.write_bytes(before))
    got = evaluated(videos, dataset, tracker=dict(type=tracker), reading=reading, scale=scale)
    assert got['posetrack18/Precision'] == 100 and got['posetrack18/MOTP'] == pytest.approx(100, abs=1e-3)
    assert got['posetrack18/Total AP'] > 98  # what is not annotated is found, with low scores
    assert got['posetrack18/Total MOTA'] > (97 if tracker == 'IouTracker' else 98.5)
    groups = ('Head', 'Shou', 'Elb', 'Wri', 'Hip', 'Knee', 'Ankl')
    known = np.array([got[f'posetrack18/{group} MOTA'] for group in groups])
    assert np.average(known, weights=[3, 2, 2, 2, 2, 2, 2]) == pytest.approx(got['posetrack18/Total MOTA'])
    assert not any('ear' in name for name in got)


def test_without_a_tracker_there_is_precision_alone(videos, dataset):
    got = evaluated(videos, dataset, per_joint=True)
    assert not any('MOT' in name for name in got) and len([name for name in got if 'joint/' in name]) == 15


def test_poses_without_boxes(videos, dataset):
    """As of a bottom-up model: the extent of the keypoints is the box."""
    metric = METRICS.build(
        dict(type='PoseTrackMetric', ann_file=f'{videos / VAL}', nms_mode='none', tracker=dict(type='IouTracker'))
    )
    metric.dataset_meta = dataset.metainfo
    for number in range(len(dataset)):
        info = dataset.get_data_info(number)
        seen = info['keypoints_visible'] > 0
        points = np.where(seen[..., None], info['keypoints'], info['keypoints'][seen].mean(0))
        predicted = dict(keypoints=points, keypoint_scores=np.where(seen, 1.0, 0.1))
        sample = dict(id=info['id'], img_id=info['img_id'], img_path=info['img_path'], gt_instances={})
        metric.process({}, [dict(sample, pred_instances=predicted)])
    assert metric.evaluate(len(dataset))['posetrack18/Total MOTA'] > 90


def test_pictures_whose_annotations_are_kept_back(videos, dataset, tmp_path):
    """They are tracked and written for who has the truth."""
    changed(videos, tmp_path, lambda content: content.pop('annotations'))
    settings = dict(format_only=True, outfile_prefix=str(tmp_path / 'out/test'), tracker=dict(type='PoseTracker'))
    assert evaluated(tmp_path, dataset, **settings) == {}
    assert len(list((tmp_path / 'out').glob('*.json'))) == 3


def test_nms_keeps_who_has_the_better_score_not_the_better_box(videos, dataset):
    metric = METRICS.build(dict(type='PoseTrackMetric', ann_file=f'{videos / VAL}'))
    metric.dataset_meta = dataset.metainfo
    keypoints = np.ones((metric.dataset_meta['num_keypoints'], 3))
    pair = [
        dict(keypoints=keypoints, area=9.0, bbox_score=box, score=box, keypoint_scores=np.full(len(keypoints), score))
        for box, score in ((0.9, 0.3), (0.8, 0.9))
    ]
    ((kept,),) = metric.left({1: pair}).values()
    assert kept['bbox_score'] == 0.8 and kept['score'] == pytest.approx(0.72)


def test_wrists_that_are_elsewhere(videos, dataset):
    def away(number, points, scores):
        points[:, 9:11] += 500

    got = evaluated(videos, dataset, away, tracker=dict(type='PoseTracker'), reading='frames', per_joint=True)
    assert got['posetrack18/Wri AP'] < 1 and got['posetrack18/Knee AP'] > 98
    assert got['posetrack18/joint/left_wrist MOTA'] == pytest.approx(-100, abs=5)


def test_what_is_written_is_read_back(videos, dataset, tmp_path):
    settings = dict(tracker=dict(type='PoseTracker'), outfile_prefix=str(tmp_path / 'out/test'))
    assert evaluated(videos, dataset, format_only=True, **settings) == {}
    written = sorted((tmp_path / 'out').glob('*.json'))
    assert [path.name for path in written] == [
        '000001_synthetic.json',
        '000002_synthetic.json',
        '000003_synthetic.json',
    ]
    truth = json.loads((videos / 'annotations/val/000001_synthetic.json').read_text())
    people = list(FORMATS['posetrack18'].read(written[0]))
    assert len(people) == len(truth['images']) == 25
    assert sum(map(len, people)) == len([a for a in truth['annotations'] if any(a['keypoints'])])
    assert min(min(each.ids) for each in people if len(each)) == 0


def test_a_keypoint_that_is_not_finite(videos, dataset):
    from pose_plugins.utils.errors import DivergedError

    def diverge(number, points, scores):
        points[0, 3] = np.nan

    with pytest.raises(DivergedError, match='annotation'):
        evaluated(videos, dataset, diverge)


def changed(videos, tmp_path, change):
    """A copy of the annotations with a change."""
    content = json.loads((videos / VAL).read_text())
    change(content)
    (tmp_path / VAL).parent.mkdir(parents=True)
    (tmp_path / VAL).write_text(json.dumps(content))
    return tmp_path


@pytest.mark.parametrize(
    'change, message',
    [
        (lambda c: c['images'][3].pop('vid_id'), 'image 4: has no vid_id'),
        (lambda c: c['images'][3].update(frame_id='3'), 'image 4: has no vid_id .or video_id., or no whole frame_id'),
        (lambda c: c['images'][3].update(frame_id=2), 'video 000001: has frame 2 twice'),
        (
            lambda c: c['images'][3].update(width=300),
            'video 000001: frame 3 is 300 x 192 pixels, the one before 256 x 192',
        ),
        (lambda c: c.update(images=[], annotations=[]), 'has no images'),
        (lambda c: [a.pop('bbox_head') for a in c['annotations']], 'has no bbox_head'),
        (lambda c: [a.pop('track_id') for a in c['annotations']], 'has no track_id'),
        (lambda c: [a.update(track_id=3) for a in c['annotations']], 'track_id 3 is there twice in image'),
    ],
)
def test_bad_annotations(videos, dataset, tmp_path, change, message):
    with pytest.raises(InputError, match=message) as error:
        evaluated(changed(videos, tmp_path, change), dataset)
    assert '\n' not in str(error.value)


@pytest.mark.parametrize(
    'settings, message',
    [
        (dict(tracker=dict(type='PoseTrack')), 'tracker'),
        (dict(tracker=dict(type='PoseTracker', pose_share=2)), 'pose_share'),
        (dict(reading='posevals'), 'reading'),
        (dict(scale='torso'), 'scale'),
        (dict(track_score_thr=-1), 'track_score_thr'),
    ],
)
def test_bad_settings_are_refused_before_the_test(videos, settings, message):
    with pytest.raises(InputError, match=message):
        METRICS.build(dict(type='PoseTrackMetric', ann_file=f'{videos / VAL}', **settings))


def test_a_missing_picture_is_told_by_the_tracker_that_looks_at_it(videos, dataset):
    picture = videos / 'images/val/000002_synthetic/000004.jpg'
    content = picture.read_bytes()
    picture.unlink()
    try:
        with pytest.raises(InputError, match='000004.jpg: there is no such file'):
            evaluated(videos, dataset, tracker=dict(type='FlowTracker'))
        evaluated(videos, dataset, tracker=dict(type='PoseTracker'))
    finally:
        picture.write_bytes(content)


def test_nobody_was_found_in_a_video(videos, dataset, monkeypatch):
    """Its pictures lie where those of the others do, and not where the command is given."""
    metric = METRICS.build(dict(type='PoseTrackMetric', ann_file=f'{videos / VAL}', tracker=dict(type='FlowTracker')))
    metric.dataset_meta = dataset.metainfo
    info = next(i for i in map(dataset.get_data_info, range(len(dataset))) if '000001_synthetic' in i['img_path'])
    predicted = dict(
        keypoints=info['keypoints'], keypoint_scores=np.ones((1, 17)), bboxes=info['bbox'], bbox_scores=np.ones(1)
    )
    sample = dict(id=info['id'], img_id=info['img_id'], img_path=info['img_path'], gt_instances={})
    metric.process({}, [dict(sample, pred_instances=predicted)])
    assert 'posetrack18/Total MOTA' in metric.evaluate(1)
    metric.process({}, [dict(sample, pred_instances=predicted)])
    metric.only_images({info['img_id']})  # as a rehearsal does
    metric.compute_metrics(list(metric.results))
    assert list(map(len, metric._found.values())) == [1]
    assert {'Wri AP', 'Wri MOTA', 'Total MOTA', 'MOTP', 'Switches'} <= set(metric.possible_names())


def test_folders_of_one_name_have_files_of_their_own():
    videos = {
        5: [dict(file_name='a/img1/1.jpg')],
        7: [dict(file_name='b/img1/1.jpg')],
        8: [dict(file_name='c/000001/1.jpg')],
        9: [dict(file_name='1.jpg')],
    }
    assert _file_names(videos) == {5: 'img1-5.json', 7: 'img1-7.json', 8: '000001.json', 9: '9.json'}


def test_more_tracks_than_posetrack_has_numbers_for(videos, dataset, tmp_path, monkeypatch):
    monkeypatch.setattr('pose_plugins.evaluation.posetrack_metric.MOST', 1)
    with pytest.raises(InputError, match='PoseTrack18 takes ids of 0 to 1') as error:
        evaluated(videos, dataset, tracker=dict(type='PoseTracker'), outfile_prefix=str(tmp_path / 'out/test'))
    assert '\n' not in str(error.value)
