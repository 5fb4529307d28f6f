"""The quick metrics beside MMPose's own, which they must equal to the last digit."""

import json

import numpy as np
import pytest
from mmpose.registry import METRICS
from mmpose.utils import register_all_modules

from pose_plugins.datasets.meta import dataset_meta
from pose_plugins.evaluation.oks import pairwise_oks
from pose_plugins.utils.errors import DivergedError, InputError

PARTS = dict(keypoints=17, foot_kpts=6, face_kpts=68, lefthand_kpts=21, righthand_kpts=21)


@pytest.fixture(scope='module', autouse=True)
def registered():
    register_all_modules()


def annotation(draw, number, image, poses):
    """A person: now and then a crowd, without a keypoint, or with a box that hardly holds it."""
    center, size = draw.uniform(0, 500, 2), np.exp(draw.uniform(np.log(25), np.log(300), 2))
    points = center + (draw.random((poses, 2)) - 0.5) * size
    visible = draw.choice([0, 1, 2], poses, p=[0.3, 0.1, 0.6]) * (draw.random() > 0.25)
    values = np.concatenate([points * (visible > 0)[:, None], visible[:, None]], 1).round(2)
    return points, dict(
        id=number,
        image_id=image,
        category_id=1,
        iscrowd=int(draw.random() < 0.2),
        area=float(size.prod() * 0.6),
        bbox=[*(center - size / 2), *size],
        num_keypoints=int((visible == 2).sum()),
        keypoints=values,
    )


def case(seed, whole_body=False, pictures=12):
    """Annotations and predictions of many kinds: more than twenty in a picture, ties, twice the same, nobody at all."""
    draw, keypoints = np.random.default_rng(seed), 133 if whole_body else 17
    annotations, samples = [], []
    for image in range(1, pictures + 1):
        people = []
        for _ in range(draw.integers(0, 6)):
            points, person = annotation(draw, len(annotations) + 1, image, keypoints)
            values, ends = person['keypoints'], np.cumsum(list(PARTS.values()))[:-1]
            names = PARTS if whole_body else ['keypoints']
            person.update({name: part.ravel().tolist() for name, part in zip(names, np.split(values, ends))})
            annotations.append(person)
            people.append((points, np.array(person['bbox'])))
        for _ in range(draw.choice([0, 3, 28])):
            points, box = (
                people[draw.integers(len(people))] if people else (draw.random((keypoints, 2)) * 300, np.ones(4))
            )
            points = points + draw.normal(0, 1, points.shape) * box[2:] * draw.choice([0.01, 0.05, 0.2])
            scores = draw.random((1, keypoints)).round(1 if draw.random() < 0.5 else 6).astype(np.float32)
            samples.append(
                dict(
                    id=int(draw.integers(len(samples) + 1)) if draw.random() < 0.1 else len(samples),
                    img_id=image,
                    category_id=1,
                    pred_instances=dict(keypoints=points[None].astype(np.float32), keypoint_scores=scores),
                    gt_instances=dict(
                        bbox_scores=draw.random(1).round(1).astype(np.float32),
                        bbox_scales=(box[None, 2:] * 1.25).astype(np.float32),
                    ),
                )
            )
    images = [
        dict(id=i, file_name=f'{i}.jpg', width=640, height=480, crowdIndex=i / 13) for i in range(1, pictures + 1)
    ]
    return dict(images=images, annotations=annotations, categories=[dict(id=1, name='person')]), samples


def evaluated(name, folder, truth, samples, data='coco', **settings):
    path = folder / 'truth.json'
    path.write_text(json.dumps(truth))
    metric = METRICS.build(dict(type=name, ann_file=str(path), **settings))
    metric.dataset_meta = dataset_meta(data)
    for start in range(0, len(samples), 16):
        metric.process({}, samples[start : start + 16])
    return metric.evaluate(len(samples))


@pytest.mark.parametrize(
    'settings',
    [
        dict(),
        dict(score_mode='bbox', nms_mode='none'),
        dict(score_mode='keypoint', nms_thr=0.3),
        dict(score_mode='bbox_rle', nms_mode='soft_oks_nms'),
        dict(nms_mode='soft_oks_nms', nms_thr=0.5, keypoint_score_thr=0.6),
        dict(use_area=False, nms_thr=0.05),
        dict(iou_type='keypoints_crowd', prefix='crowdpose'),
        # with the first seven keypoints twice, as MMPose converts between data sets
        dict(pred_converter=dict(num_keypoints=17, mapping=[(i, i) for i in range(10)])),
    ],
    ids=str,
)
def test_the_same_as_mmpose(settings, tmp_path):
    apart = set()
    for seed in range(4):
        truth, samples = case(seed)
        usual = evaluated('CocoMetric', tmp_path, truth, samples, **settings)
        assert evaluated('QuickCocoMetric', tmp_path, truth, samples, **settings) == usual
        assert evaluated('PersonScoreCocoMetric', tmp_path, truth, samples, **settings) == usual
        apart.add(round(next(iter(usual.values())), 6))
    assert len(apart) > 1  # figures that depend on the poses


def test_truth_is_converted_once(tmp_path):
    """At a second validation it was converted again: other figures, or an index that is not there."""
    truth, samples = case(0)
    (tmp_path / 'truth.json').write_text(json.dumps(truth))
    mapping = [(i + 1, i) for i in range(16)] + [(0, 16)]
    metric = METRICS.build(
        dict(
            type='QuickCocoMetric',
            ann_file=str(tmp_path / 'truth.json'),
            gt_converter=dict(num_keypoints=17, mapping=mapping),
            pred_converter=dict(num_keypoints=17, mapping=mapping),
        )
    )
    metric.dataset_meta = dataset_meta('coco')
    figures = []
    for _ in range(3):
        metric.process({}, samples)
        figures.append(metric.evaluate(len(samples)))
    assert figures[0] == figures[1] == figures[2] and figures[0]['coco/AP'] > 0
    assert metric.gt_converter is not None


def test_whole_bodies_the_same_as_mmpose(tmp_path, capsys):
    truth, samples = case(0, whole_body=True)
    printed = []
    for name in ('CocoWholeBodyMetric', 'QuickCocoWholeBodyMetric'):
        figures = evaluated(name, tmp_path, truth, samples, 'coco_wholebody')
        printed.append((figures, [line for line in capsys.readouterr().out.splitlines() if 'Average' in line]))
    assert printed[0] == printed[1]  # all six evaluations, line by line
    assert len(printed[0][1]) == 60


@pytest.mark.parametrize('name, whole_body', [('CocoMetric', False), ('CocoWholeBodyMetric', True)])
def test_files_the_same_as_mmposes(name, whole_body, tmp_path):
    truth, samples = case(1, whole_body)
    data = 'coco_wholebody' if whole_body else 'coco'
    for kind in (name, f'Quick{name}'):
        evaluated(kind, tmp_path, truth, samples, data, outfile_prefix=str(tmp_path / kind), format_only=True)
    usual, quick = ((tmp_path / f'{kind}.keypoints.json').read_bytes() for kind in (name, f'Quick{name}'))
    assert usual == quick
    assert len(json.loads(usual)) > 50


def test_truth_from_the_samples(tmp_path):
    """Without a file of annotations they come with the samples."""
    truth, samples = case(2)
    by_image = {}
    for person in truth['annotations']:
        by_image.setdefault(person['image_id'], []).append(person)
    for sample in samples:
        sample.update(ori_shape=(480, 640), raw_ann_info=by_image.get(sample['img_id'], []))
    figures = []
    for name in ('CocoMetric', 'QuickCocoMetric'):
        metric = METRICS.build(dict(type=name))
        metric.dataset_meta = {**dataset_meta('coco'), 'dataset_name': 'unseen', 'CLASSES': truth['categories']}
        metric.process({}, samples)
        figures.append(metric.evaluate(len(samples)))
    assert figures[0] == figures[1]


@pytest.mark.parametrize('name', ['QuickCocoMetric', 'PersonScoreCocoMetric'])
def test_nms_keeps_who_has_the_better_score_not_the_better_box(name):
    metric = METRICS.build(dict(type=name))
    metric._dataset_meta = dict(sigmas=np.full(3, 0.1), num_keypoints=3)
    keypoints, area = np.ones((3, 3)), 100.0
    pair = [
        dict(keypoints=keypoints, area=area, bbox_score=0.9, score=0.9, keypoint_scores=np.full(3, 0.3)),
        dict(keypoints=keypoints, area=area, bbox_score=0.8, score=0.8, keypoint_scores=np.full(3, 0.9)),
    ]
    ((kept,),) = metric.left({1: pair}).values()
    assert kept['bbox_score'] == 0.8 and kept['score'] == pytest.approx(0.72)


def test_what_is_not_finite_is_refused(tmp_path):
    truth, samples = case(3)
    samples[7]['pred_instances']['keypoints'][0, 3, 1] = np.nan
    with pytest.raises(DivergedError, match=f'annotation {samples[7]["id"]}: the prediction is NaN'):
        evaluated('QuickCocoMetric', tmp_path, truth, samples)


@pytest.mark.parametrize('whole_body, extra', [(False, -3), (True, 3), (True, -1)])
@pytest.mark.parametrize('nms_mode', ['none', 'oks_nms'])
def test_another_number_of_keypoints_is_refused(whole_body, extra, nms_mode, tmp_path):
    truth, samples = case(1, whole_body)
    count = (133 if whole_body else 17) + extra
    for sample in samples:
        predicted = sample['pred_instances']
        predicted.update({name: np.resize(value, (1, count, *value.shape[2:])) for name, value in predicted.items()})
    name = 'QuickCocoWholeBodyMetric' if whole_body else 'QuickCocoMetric'
    with pytest.raises(InputError, match=f'{name}: a prediction in picture .* has {count} keypoints, the data set has'):
        evaluated(name, tmp_path, truth, samples, 'coco_wholebody' if whole_body else 'coco', nms_mode=nms_mode)


@pytest.mark.parametrize(
    'name', ['QuickCocoMetric', 'QuickCocoWholeBodyMetric', 'PersonScoreCocoMetric', 'HalpeMetric']
)
@pytest.mark.parametrize('setting', [dict(nms_mode='oks'), dict(score_mode='box')])
def test_an_unknown_mode_is_refused_in_one_line(name, setting):
    ((key, value),) = setting.items()
    with pytest.raises(InputError, match=f"^{key}='?{value}.*(bbox_rle|soft_oks_nms)"):
        METRICS.build(dict(type=name, **setting))


def test_similarity_in_blocks_and_by_hand(monkeypatch):
    draw = np.random.default_rng(0)
    poses = np.concatenate([draw.uniform(0, 50, (9, 5, 2)), draw.random((9, 5, 1))], 2)
    areas, sigmas = draw.uniform(100, 900, 9), np.full(5, 0.1)
    whole = pairwise_oks(poses, poses, areas, areas, sigmas, 0.4)
    monkeypatch.setattr('pose_plugins.evaluation.oks.DISTANCES', 100)
    assert (pairwise_oks(poses, poses, areas, areas, sigmas, 0.4) == whole).all()
    expected = np.zeros((9, 9))
    for i in range(9):
        for j in range(9):
            both = (poses[i, :, 2] > 0.4) & (poses[j, :, 2] > 0.4)
            squares = ((poses[i] - poses[j])[both, :2] ** 2).sum(1)
            if both.any():
                expected[i, j] = np.exp(-squares / (2 * 0.2**2 * (areas[i] + areas[j]) / 2)).mean()
    np.testing.assert_allclose(whole, expected, rtol=1e-6)
    assert pairwise_oks(poses[:0], poses, areas[:0], areas, sigmas).shape == (0, 9)
    assert pairwise_oks(poses, poses[:0], areas, areas[:0], sigmas).shape == (9, 0)
