"""Every config with a published figure against the recipe that the figure was reached with.

The tables say what the authors' codes do; a config is built and looked at, or run, rather than compared with names.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import pytest
import torch
from conftest import ROOT
from merged_configs import read_config
from mmpose.registry import KEYPOINT_CODECS, METRICS, MODELS, PARAM_SCHEDULERS, TRANSFORMS
from mmpose.utils import register_all_modules

from pose_plugins.datasets.meta import dataset_meta
from pose_plugins.experiments.decoding import decoding_errors

STEPS_270 = {0: 1e-3, 170: 1e-4, 200: 1e-5, 211: 1e-3, 231: 1e-4, 251: 1e-5, 269: 1e-5}
STEPS_265 = {0: 1e-3, 170: 1e-4, 200: 1e-5, 206: 1e-3, 226: 1e-4, 246: 1e-5, 264: 1e-5}  # those of 270 count from 5
STEPS_320 = {0: 1e-3, 190: 1e-4, 220: 1e-5, 231: 1e-3, 261: 1e-4, 281: 1e-5, 319: 1e-5}
IMAGENET = dict(mean=(123.675, 116.28, 103.53), std=(58.395, 57.12, 57.375))
HEATMAP_FLIP = dict(flip_test=True, flip_mode='heatmap', shift_heatmap=True)


@dataclass
class Recipe:
    """How a published model was trained and tested.

    Rotation and scale are drawn as ``clip(factor * N, -2 * factor, 2 * factor)`` and ``clip(1 + factor * N, 1 - factor, 1 +
    factor)``. ``rates`` has the learning rate at the beginning of epochs.
    """

    batch: int
    rates: dict
    weights: str
    rotation: float = 45
    scale: float = 0.35
    half_body: float = 0.3
    codec: str = 'MSRAHeatmap'
    sigma: float = 2
    flip: dict = field(default_factory=lambda: HEATMAP_FLIP)
    score: str = 'box * mean'
    nms: float | None = 0.9
    pixels: dict = field(default_factory=lambda: IMAGENET)
    optimizer: dict = field(default_factory=lambda: dict(type='Adam', weight_decay=0))
    shift: tuple = (0, 0)  # of the box, and how often
    jitter: int | None = None  # the first epoch with jittered boxes
    sync_bn: str | None = None
    conv_dim: int | None = None
    dcn: bool = False

    @property
    def epochs(self):
        return max(self.rates) + 1


def cosine(epochs):
    """TransPose's: 1e-4 to 1e-5, stepped by epoch."""
    return {e: 1e-5 + 9e-5 * (1 + np.cos(np.pi * e / epochs)) / 2 for e in (0, 60, 115, 170, epochs - 1)}


HRNET = Recipe(128, {0: 1e-3, 170: 1e-4, 200: 1e-5, 209: 1e-5}, 'timm://hrnet_w32.ms_in1k')
W48 = replace(HRNET, weights='timm://hrnet_w48.ms_in1k')
MPII = dict(rotation=30, scale=0.25, half_body=0)
TRANSPOSE_R = Recipe(
    20,
    cosine(230),
    'torchvision://resnet50',
    codec='UDPHeatmap',
    flip=dict(flip_test=True, flip_mode='heatmap', shift_heatmap=False),
)
TRANSPOSE_H = replace(TRANSPOSE_R, batch=56, rates=cosine(240), weights='timm://hrnet_w48.ms_in1k')
FASTPOSE = Recipe(
    128,
    STEPS_270,
    'torchvision://resnet50',
    score='box + mean + 1.25 * max',
    nms=None,
    pixels=dict(mean=(0.406 * 255, 0.457 * 255, 0.48 * 255), std=(255, 255, 255)),
    jitter=211,
    conv_dim=128,
)
SIKR_FLIP = dict(flip_test=True, flip_mode='integral', shift_heatmap=True)
SIKR = replace(
    FASTPOSE, batch=192, rates=STEPS_265, jitter=206, codec='SIKRLabel', sigma=None, flip=SIKR_FLIP, conv_dim=256
)
SIKR_DCN = replace(SIKR, rates=STEPS_270, jitter=211, dcn=True)
SIKR_152 = replace(
    SIKR, batch=128, rates=STEPS_270, jitter=211, weights='torchvision://resnet152', rotation=40, scale=0.3, half_body=0
)
COMBINED_DCN = replace(SIKR_DCN, rates=STEPS_320, jitter=231, sigma=2)
POSEUR = Recipe(
    256,
    {1: 1e-3, 255: 1e-4, 310: 1e-5, 324: 1e-5},
    'torchvision://resnet50',
    rotation=40,
    scale=0.5,
    codec='RLELaplaceLabel',
    sigma=None,
    flip=dict(flip_test=True, shift_coords=False),
    score='box + mean + max',
    optimizer=dict(type='AdamW', weight_decay=1e-4, betas=(0.9, 0.999)),
    sync_bn='torch',
)
POSEUR_WHOLE_BODY = replace(POSEUR, batch=512, sync_bn=None, shift=(0.16, 0.3))

RECIPES = {
    'hrnet/td-hm_hrnet-w32_4xb32-210e_coco-256x192': HRNET,
    'hrnet/td-hm_hrnet-w32_4xb32-210e_coco-384x288': replace(HRNET, sigma=3),
    'hrnet/td-hm_hrnet-w48_4xb32-210e_coco-256x192': W48,
    'hrnet/td-hm_hrnet-w48_4xb24-210e_coco-384x288': replace(W48, batch=96, sigma=3),
    'hrnet/td-hm_hrnet-w32_4xb32-210e_mpii-256x256': replace(HRNET, score='PCKh', **MPII),
    'hrnet/td-hm_hrnet-w48_4xb32-210e_mpii-256x256': replace(W48, score='PCKh', **MPII),
    'transpose/td-hm_transpose-r-a3_1xb28-230e_coco-256x192': replace(TRANSPOSE_R, batch=28),
    'transpose/td-hm_transpose-r-a4_1xb20-230e_coco-256x192': TRANSPOSE_R,
    'transpose/td-hm_transpose-h-s_4xb16-240e_coco-256x192': replace(TRANSPOSE_H, batch=64, weights=HRNET.weights),
    'transpose/td-hm_transpose-h-a4_4xb14-240e_coco-256x192': TRANSPOSE_H,
    'transpose/td-hm_transpose-h-a6_4xb14-240e_coco-256x192': TRANSPOSE_H,
    'alphapose/td-hm_fastpose-res50_4xb32-270e_coco-256x192': FASTPOSE,
    'alphapose/td-hm_fastpose-res50-dcn_4xb32-270e_coco-256x192': replace(FASTPOSE, dcn=True),
    'alphapose/td-hm_fastpose-duc-res152_4xb32-270e_coco-256x192': replace(
        FASTPOSE, conv_dim=256, weights='torchvision://resnet152'
    ),
    'alphapose/td-hm_hrnet-w32_4xb32-270e_coco-256x192': replace(FASTPOSE, weights=HRNET.weights, conv_dim=None),
    'alphapose/td-reg_fastpose-res50_sikr_4xb32-270e_coco-256x192': replace(
        SIKR, batch=128, rates=STEPS_270, jitter=211, conv_dim=128
    ),
    'alphapose/td-hm_fastpose-res50_4xb32-270e_halpe-256x192': replace(FASTPOSE, conv_dim=256),
    'alphapose/td-hm_fastpose-res50_4xb32-270e_halpe26-256x192': FASTPOSE,
    'alphapose/td-reg_fastpose-res50_sikr_4xb48-265e_halpe26-256x192': SIKR,
    'alphapose/td-reg_fastpose-res50-dcn_sikr_4xb48-270e_halpe26-256x192': SIKR_DCN,
    'alphapose/td-reg_fastpose-res50_sikr_4xb48-265e_halpe-256x192': SIKR,
    'alphapose/td-reg_fastpose-res50-dcn_sikr_4xb48-270e_halpe-256x192': SIKR_DCN,
    'alphapose/td-reg_fastpose-res50-dcn_combined_4xb48-320e_halpe-256x192': COMBINED_DCN,
    'alphapose/td-reg_fastpose-res50-dcn_combined-hands_4xb48-320e_halpe-256x192': COMBINED_DCN,
    'alphapose/td-reg_fastpose-res152_sikr_4xb32-270e_halpe-256x192': SIKR_152,
    'alphapose/td-reg_fastpose-res50_sikr_4xb48-265e_coco-wholebody-256x192': replace(SIKR, conv_dim=128),
    'alphapose/td-reg_fastpose-res50-dcn_sikr_4xb48-270e_coco-wholebody-256x192': SIKR_DCN,
    'alphapose/td-reg_fastpose-res50_combined_4xb32-270e_coco-wholebody-256x192': replace(
        SIKR_DCN, batch=128, sigma=2, dcn=False
    ),
    'alphapose/td-reg_fastpose-res50-dcn_combined_4xb32-320e_coco-wholebody-256x192': replace(COMBINED_DCN, batch=128),
    'alphapose/td-reg_fastpose-res152_sikr_4xb32-270e_coco-wholebody-256x192': SIKR_152,
    'alphapose/td-reg_fastpose-res50_sikr_4xb48-265e_halpe-joint-256x192': replace(SIKR, conv_dim=128),
    'alphapose/td-reg_fastpose-res50-dcn_combined-hands_4xb48-270e_halpe-joint-256x192': replace(SIKR_DCN, sigma=2),
    'poseur/td-reg_poseur-mobilenetv2_8xb32-325e_coco-256x192': replace(POSEUR, weights='torchvision://mobilenet_v2'),
    'poseur/td-reg_poseur-mobilenetv2-12dec_8xb32-325e_coco-256x192': replace(
        POSEUR, weights='torchvision://mobilenet_v2'
    ),
    'poseur/td-reg_poseur-res50_8xb32-325e_coco-256x192': POSEUR,
    'poseur/td-reg_poseur-hrnet-w32_8xb32-325e_coco-256x192': replace(POSEUR, weights=HRNET.weights),
    'poseur/td-reg_poseur-hrnet-w48_8xb32-325e_coco-384x288': replace(POSEUR, weights=W48.weights),
    'poseur/td-reg_poseur-res50_8xb32-325e_mpii-256x256': replace(POSEUR, score='PCKh'),
    'poseur/td-reg_poseur-res50_8xb64-325e_coco-wholebody-256x192': POSEUR_WHOLE_BODY,
    'poseur/td-reg_poseur-hrnet-w32_8xb64-325e_coco-wholebody-256x192': replace(
        POSEUR_WHOLE_BODY, weights=HRNET.weights
    ),
    'poseur/td-reg_poseur-hrnet-w48_8xb64-325e_coco-wholebody-256x192': replace(POSEUR_WHOLE_BODY, weights=W48.weights),
}
# what the paper says of TFPose, of which no code was published; rotation, scale and length are ours
TFPOSE = ['tfpose/td-reg_tfpose-res50_8xb32-210e_coco-256x192', 'tfpose/td-reg_tfpose-res50_8xb32-210e_mpii-256x256']


@pytest.fixture(scope='module', params=RECIPES, ids=lambda name: name.split('/')[1])
def case(request):
    """A config and its recipe."""
    register_all_modules()
    return read_config(ROOT / 'configs' / f'{request.param}.py'), RECIPES[request.param], request.param


def rates_of(cfg, epochs, iterations=600):
    """The learning rate at the beginning of each epoch, of the config's own schedulers."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=cfg.optim_wrapper.optimizer.lr)
    schedulers = []
    for settings in cfg.param_scheduler:
        cls = PARAM_SCHEDULERS.get(settings.type)
        settings = {key: value for key, value in settings.items() if key not in ('type', '_scope_')}
        convert = settings.pop('convert_to_iter_based', False)
        length = dict(epoch_length=iterations) if convert else {}
        make = cls.build_iter_from_epoch if convert else cls
        schedulers.append(make(optimizer, **settings, **length))
    optimizer.step()
    rates = []
    for _ in range(epochs):
        rates.append(optimizer.param_groups[0]['lr'])
        for scheduler in schedulers:
            for _ in range(1 if scheduler.by_epoch else iterations):
                scheduler.step()
    return rates


def test_rate_batch_and_length(case):
    cfg, recipe, name = case
    assert cfg.auto_scale_lr.base_batch_size == recipe.batch
    gpus = int(name.split('xb')[0].split('_')[-1])
    assert gpus * cfg.train_dataloader.batch_size == recipe.batch
    assert cfg.train_cfg.max_epochs == recipe.epochs
    rates = rates_of(cfg, recipe.epochs)
    for epoch, rate in recipe.rates.items():
        assert rates[epoch] == pytest.approx(rate, rel=1e-6), epoch
        before = epoch - 1
        if before > 0 and recipe.codec != 'UDPHeatmap' and epoch not in (recipe.epochs - 1, 1):
            assert rates[before] != pytest.approx(rate, rel=1e-6), epoch  # that is where it changes
    optimizer = {**dict(weight_decay=0, betas=(0.9, 0.999)), **cfg.optim_wrapper.optimizer}
    assert {key: optimizer[key] for key in recipe.optimizer} == recipe.optimizer
    assert 'clip_grad' not in cfg.optim_wrapper
    assert cfg.get('sync_bn') == recipe.sync_bn


def pipeline_of(cfg):
    """The training's pipeline, all of it built but what reads files."""
    return [TRANSFORMS.build(dict(t)) for t in cfg.train_dataloader.dataset.pipeline]


def test_drawn_rotation_and_scale(case):
    """By sampling: what standard normals, clipped as published, come to."""
    cfg, recipe, _ = case
    np.random.seed(0)
    (transform,) = (t for t in pipeline_of(cfg) if 'BBoxTransform' in type(t).__name__)
    count = 40000
    drawn = transform(dict(bbox_center=np.zeros((count, 2)), bbox_scale=np.ones((count, 2))))
    rotation, scale = drawn['bbox_rotation'], drawn['bbox_scale'][:, 0]
    normal = np.random.default_rng(0).standard_normal(count)
    assert (rotation != 0).mean() == pytest.approx(0.6, abs=0.01)
    rotated = rotation[rotation != 0]
    assert rotated.mean() == pytest.approx(0, abs=0.02 * recipe.rotation)
    assert rotated.std() == pytest.approx(recipe.rotation * normal.clip(-2, 2).std(), rel=0.02)
    assert np.abs(rotated).max() == pytest.approx(2 * recipe.rotation, rel=1e-3)
    assert scale.mean() == pytest.approx(1, abs=0.01)
    assert scale.std() == pytest.approx(recipe.scale * normal.clip(-1, 1).std(), rel=0.02)
    np.testing.assert_allclose([scale.min(), scale.max()], [1 - recipe.scale, 1 + recipe.scale], rtol=1e-5)
    ends = np.isclose(scale, scale.min()) | np.isclose(scale, scale.max())
    assert ends.mean() == pytest.approx(0.317, abs=0.01)
    shifted = drawn['bbox_center']
    factor, share = recipe.shift
    assert (shifted.any(1)).mean() == pytest.approx(share, abs=0.01)
    if share:
        moved = shifted[shifted.any(1)]
        assert np.abs(moved).max() == pytest.approx(factor, rel=0.01)
        assert moved.std() == pytest.approx(factor / 3**0.5, rel=0.02)  # uniform


DESCRIPTIONS = {16: 'mpii', 17: 'coco', 26: 'halpe26', 133: 'coco_wholebody', 136: 'halpe'}


def test_half_body(case):
    """Of a person with all keypoints, how often and which half; with eight or fewer, never."""
    cfg, recipe, name = case
    transforms = [t for t in pipeline_of(cfg) if 'HalfBody' in type(t).__name__]
    assert len(transforms) == (recipe.half_body > 0)
    if not transforms:
        return
    np.random.seed(0)
    keypoints = cfg.model.head.out_channels
    count = 3000
    meta = dataset_meta(DESCRIPTIONS[keypoints])  # as the data set gives them
    upper = meta['upper_body_ids'] if keypoints == 16 else list(range(11))
    lower = [k for k in range(keypoints) if k not in upper]  # face and hands, too
    body = {key: meta[key] for key in ('upper_body_ids', 'lower_body_ids')}
    points = np.zeros((count, keypoints, 2))
    points[:, upper] = (3, 3)
    points[:, upper[0]] = (1, 1)
    points[:, lower] = (7, 5)
    points[:, lower[0]] = (5, 1)

    def halves(visible):
        person = dict(bbox_center=np.zeros((count, 2)), bbox_scale=np.ones((count, 2)), keypoints=points)
        halved = transforms[0](dict(person, keypoints_visible=np.tile(visible, (count, 1)), **body))
        return halved['bbox_scale'].tolist()

    every = np.ones(keypoints)
    drawn = halves(every)
    is_upper, is_lower = drawn.count([3.0, 3.0]), drawn.count([3.0, 6.0])  # 1.5 times the extent
    assert (is_upper + is_lower) / count == pytest.approx(recipe.half_body, abs=0.03)
    assert is_upper / (is_upper + is_lower) == pytest.approx(0.69, abs=0.05)
    few = np.zeros(keypoints)
    few[:8] = 1
    assert halves(few).count([1.0, 1.0]) == count
    if keypoints > 26:  # a face alone of a person whose nose is labelled is a lower half
        face = np.zeros(keypoints)
        face[[0, *range(30, 60)]] = 1
        assert set(map(tuple, halves(face))) == {(1.0, 1.0), (0.0, 0.0)}


def test_target(case):
    """Sigma and rounding of heatmaps; which keypoints have a weight; coordinates as fractions."""
    cfg, recipe, _ = case
    (generate,) = (t for t in cfg.train_dataloader.dataset.pipeline if t.type == 'GenerateTarget')
    assert generate.encoder.type == cfg.model.head.decoder.type == recipe.codec
    codec = KEYPOINT_CODECS.build(generate.encoder)
    width, height = codec.input_size
    keypoints = np.array([[[101.3, 66.1], [width + 8.0, 66.1], [width + 300.0, 66.1]]], np.float32)
    encoded = codec.encode(keypoints, np.ones((1, 3), np.float32))
    if recipe.sigma is not None:
        heatmap = encoded['heatmaps'][0]
        rows, columns = np.mgrid[: heatmap.shape[0], : heatmap.shape[1]]
        x, y = ((heatmap * places).sum() / heatmap.sum() for places in (columns, rows))
        stride = (np.array([width, height]) - 1) / (np.array(heatmap.shape[::-1]) - 1)
        place = keypoints[0, 0] / stride if recipe.codec == 'UDPHeatmap' else np.floor(keypoints[0, 0] / 4 + 0.5)
        np.testing.assert_allclose([x, y], place, atol=0.02)
        near = np.unravel_index(heatmap.argmax(), heatmap.shape)
        expected = np.exp(-((near[1] + 2 - place[0]) ** 2 + (near[0] - place[1]) ** 2) / (2 * recipe.sigma**2))
        assert heatmap[near[0], near[1] + 2] == pytest.approx(expected, rel=1e-3)
        weights = encoded.get('heatmap_keypoint_weights', encoded['keypoint_weights'])
        assert weights[0].tolist() == [1, 1, 0]  # the second reaches into the map by three sigma
    if 'keypoint_labels' in encoded:
        np.testing.assert_allclose(encoded['keypoint_labels'][0], keypoints[0] / (width, height), rtol=1e-5)
        outside = 1 if recipe.codec == 'SIKRLabel' else 0
        assert encoded['keypoint_weights'][0].tolist() == [1, outside, outside]


def test_labelled_keypoints(case):
    """AlphaPose takes those of faces and hands, and all beside them, from a confidence of 0.35; others what is above 0."""
    cfg, _, name = case
    dataset = cfg.train_dataloader.dataset
    for part in dataset.get('datasets', [dataset]):
        transforms = [t for t in part.pipeline if t.type == 'ConfidentKeypoints']
        wanted = part.type in ('CocoWholeBodyDataset', 'HalpeDataset') and name.startswith('alphapose')
        assert [t.threshold for t in transforms] == [0.35] * wanted
        if wanted:  # before keypoints are mirrored or converted
            first = next(
                t.type
                for t in part.pipeline
                if t.type in ('ConfidentKeypoints', 'QuickFlip', 'HalpeConverter', 'KeypointConverter')
            )
            assert first == 'ConfidentKeypoints'


def test_decoding(case):
    """Of ideal heatmaps of the recipe's kind; a quarter of a heatmap's pixel is at most that far off."""
    cfg, recipe, _ = case
    if recipe.codec not in ('UDPHeatmap', 'MSRAHeatmap'):
        return
    errors = decoding_errors(cfg, aligned=recipe.codec == 'UDPHeatmap', flip=False)
    assert errors.mean() < (0.3 if recipe.codec == 'UDPHeatmap' else 1)
    if recipe.codec == 'UDPHeatmap':
        assert cfg.model.head.decoder.blur_kernel_size == 11
        assert decoding_errors(cfg, aligned=True).mean() < 0.3  # with the flip test, too


def test_flip_test_and_pixels(case):
    cfg, recipe, _ = case
    assert dict(cfg.model.test_cfg) == recipe.flip
    for name, values in recipe.pixels.items():
        np.testing.assert_allclose(cfg.model.data_preprocessor[name], values, rtol=1e-6)
    assert cfg.model.data_preprocessor.bgr_to_rgb
    for t in (*cfg.train_pipeline, *cfg.val_dataloader.dataset.pipeline):
        if t.type == 'GetBBoxCenterScale':
            assert t.get('padding', 1.25) == 1.25
        if t.type == 'TopdownAffine':
            assert t.get('use_udp', False) == (recipe.codec == 'UDPHeatmap')


SCORES = {
    'box * mean': lambda box, scores: box * scores[scores > 0.2].mean(),
    'box + mean + max': lambda box, scores: box + scores.mean() + scores.max(),
    'box + mean + 1.25 * max': lambda box, scores: box + scores.mean() + 1.25 * scores.max(),
}


def test_scores_and_nms(case, monkeypatch):
    """Two people at the same place: their scores, and whether both of them stay."""
    cfg, recipe, _ = case
    dataset = cfg.val_dataloader.dataset
    boxes = dataset.get('datasets', [dataset])[0].get('bbox_file') or ''
    assert boxes.endswith('' if recipe.score == 'PCKh' else 'COCO_val2017_detections_AP_H_56_person.json')
    assert bool(boxes) == (recipe.score != 'PCKh')  # MPII's are given
    for evaluator in (cfg.val_evaluator, cfg.test_evaluator):
        if evaluator.type == 'HalpeJointEvaluator':
            evaluator = evaluator.metrics[0]
        if recipe.score == 'PCKh':
            assert evaluator.type == 'MpiiPCKAccuracy'
            continue
        metric = METRICS.build({**evaluator, 'ann_file': None})
        keypoints = cfg.model.head.out_channels
        metric._dataset_meta = dict(num_keypoints=keypoints, sigmas=np.full(keypoints, 0.05), dataset_name='any')
        metric.gt_converter, metric.coco = None, object()
        scores = np.random.default_rng(0).uniform(0, 1, keypoints)
        points = np.random.default_rng(1).uniform(0, 100, (keypoints, 2))
        for i in range(2):
            predicted = dict(keypoints=points[None], keypoint_scores=scores[None] * (1 - 0.1 * i))
            truth = dict(bbox_scores=np.array([0.8]), bbox_scales=np.full((1, 2), 100.0))
            metric.process({}, [dict(id=i, img_id=1, pred_instances=predicted, gt_instances=truth)])
        written = []
        monkeypatch.setattr(metric, 'results2json', lambda people, outfile_prefix, to=written: to.append(people))
        monkeypatch.setattr(metric, '_do_python_keypoint_eval', lambda prefix: [])
        metric.compute_metrics(metric.results)
        found = metric.left(*written)
        assert [len(people) for people in found.values()] == [1 if recipe.nms else 2]
        assert found[1][0]['score'] == pytest.approx(SCORES[recipe.score](0.8, scores))
        if recipe.nms:
            assert metric.nms_thr == recipe.nms


def test_network(case):
    cfg, recipe, _ = case
    backbone = cfg.model.backbone
    assert (backbone.init_cfg.type, backbone.init_cfg.checkpoint) == ('Pretrained', recipe.weights)
    assert backbone.get('conv_dim') == recipe.conv_dim
    assert ('dcn' in backbone) == recipe.dcn
    if recipe.dcn:
        assert (backbone.dcn.type, list(backbone.stage_with_dcn)) == ('DCN', [False, True, True, True])
    if recipe.conv_dim:
        assert cfg.model.head.in_channels == recipe.conv_dim


def test_last_layer_begins_small(case):
    """Final convolutions are drawn with a deviation of 0.001, their biases are zero."""
    cfg, recipe, _ = case
    if recipe.codec == 'RLELaplaceLabel':  # whose head has a test of its own
        return
    torch.manual_seed(0)
    head = MODELS.build(cfg.model.head)
    head.init_weights()
    assert head.final_layer.weight.std().item() == pytest.approx(0.001, rel=0.1)
    assert not head.final_layer.bias.any()
    assert head.final_layer.kernel_size == ((3, 3) if recipe.conv_dim else (1, 1))


def test_poseurs_own(case):
    """Decoder, noise, rates and pixels of Poseur."""
    cfg, recipe, name = case
    if not name.startswith('poseur'):
        return
    head = MODELS.build(cfg.model.head)
    assert (head.num_layers, head.noise.num_groups, head.noise.num_points) == (
        12 if '12dec' in name else 6,
        *((1, 20) if 'wholebody' in name else (3, 12)),
    )
    assert head.noise.deviation**2 == pytest.approx(0.2)
    assert (head.layer_settings['dropout'], head.layer_settings['feedforward_channels']) == (0.1, 1024)
    assert (head.decoder.score, head.decoder.a, head.decoder.factor) == ('integral', 0.2, 0.7)
    assert dict(cfg.optim_wrapper.paramwise_cfg.custom_keys) == dict(sampling_offsets=dict(lr_mult=0.1))
    warm_up = cfg.param_scheduler[0]
    assert (warm_up.type, warm_up.end, warm_up.start_factor, warm_up.by_epoch) == ('LinearLR', 500, 0.001, False)
    types = [t.type for t in cfg.train_dataloader.dataset.pipeline]
    after = types[types.index('TopdownAffine') + 1 : types.index('GenerateTarget')]
    assert after == (['ColorDistortion', 'EllipseCutout'] if 'w48_8xb32' in name else [])


def test_jittered_boxes(case):
    cfg, recipe, _ = case
    inserted = [hook for hook in cfg.custom_hooks if hook.type == 'InsertTransformHook']
    assert [hook.epoch for hook in inserted] == ([recipe.jitter] if recipe.jitter else [])
    for hook in inserted:
        assert (hook.transform, hook.before) == (dict(type='BBoxJitter'), 'GetBBoxCenterScale')


@pytest.mark.parametrize('name', TFPOSE)
def test_tfpose(name):
    register_all_modules()
    cfg = read_config(ROOT / 'configs' / f'{name}.py')
    optimizer = cfg.optim_wrapper.optimizer
    assert (optimizer.type, optimizer.lr, optimizer.weight_decay, optimizer.betas) == (
        'AdamW',
        4e-3,
        1e-4,
        (0.9, 0.999),
    )
    tenth = dict(lr_mult=0.1)
    assert dict(cfg.optim_wrapper.paramwise_cfg.custom_keys) == dict(backbone=tenth, sampling_offsets=tenth)
    head = cfg.model.head
    assert (head.num_encoder_layers, head.num_layers, head.heatmap_loss.loss_weight) == (6, 6, 50)
    assert cfg.optim_wrapper.clip_grad == dict(max_norm=0.1)  # ours, after Deformable DETR
    rates = rates_of(cfg, 210)
    np.testing.assert_allclose(rates[1:], [4e-3 * (1 + np.cos(np.pi * e / 210)) / 2 for e in range(1, 210)], rtol=1e-3)


def test_every_published_figure_has_a_recipe():
    """Of the metafiles."""
    import yaml

    index = yaml.safe_load((ROOT / 'model-index.yml').read_text())
    named = []
    for metafile in index['Import']:
        for model in yaml.safe_load((ROOT / metafile).read_text())['Models']:
            if any('(published)' in result['Task'] for result in model['Results']):
                named.append(model['Config'].removeprefix('configs/').removesuffix('.py'))
    assert named and set(named) <= {*RECIPES, *TFPOSE}
